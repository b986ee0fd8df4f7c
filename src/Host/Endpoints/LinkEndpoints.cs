using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Manifests;
using ControlPlane.Grains;
using ControlPlane.Grains.Links;

namespace ControlPlane.Host.Endpoints;

/// <summary>Trunks: what operators set, what is read of them, and what is known.</summary>
internal static class LinkEndpoints
{
    private const string Path = "/v1/halls/{hall}/links/{link}";

    public static void MapLinks(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (string hall, string link, IGrainFactory grains) => HallEndpoints.InHall(hall, grains, async found =>
            (await found.View()).Links.Any(known => known.Link.Value == link)
                ? Results.Ok(Of(await grains.Link(new HallId(hall), new LinkId(link)).Get()))
                : Answers.NotFound($"Hall {hall} has no link {link}.")));
        routes.MapPost(Path, (string hall, string link, StateRequest request, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, async _ => request.State is "up" or "down"
                ? Done(link, request.State, await grains.Link(new HallId(hall), new LinkId(link)).SetUp(request.State == "up", request.Reason))
                : HallEndpoints.WrongState(request.State, "up or down")));
        routes.MapPost(Path + "/reading", (string hall, string link, LinkReadingRequest request, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, _ => Observe(hall, link, request, grains)));
    }

    private static async Task<IResult> Observe(string hall, string link, LinkReadingRequest request, IGrainFactory grains)
    {
        var faults = LinkReading.Faults(request.ReceiveGbps, request.TransmitGbps, request.Errors);
        if (faults.Count > 0)
            return Answers.Wrong("The reading was not taken.", faults.Select(fault => new ManifestError("-", 0, 0, fault.Field, fault.Problem, fault.Expected)));
        var answer = await grains.Link(new HallId(hall), new LinkId(link)).Observe(request.Up, request.ReceiveGbps, request.TransmitGbps, request.Errors);
        return Done(link, request.Up switch { true => "up", false => "down", null => "unknown" }, answer);
    }

    private static IResult Done(string link, string state, LinkAnswer answer) => answer.Objection is { } objection
        ? Answers.NotFound(objection)
        : Results.Ok(new ConditionResponse(link, state, answer.Up ? "up" : "down", answer.Because));

    private static LinkStatusResponse Of(LinkStatus link) => new(
        link.Link.Value, link.Up, link.Because, link.Capacity.Value, link.Reserved.Value, link.Reading?.ReadAt, link.Reading?.Up,
        link.Reading?.Receive?.Value, link.Reading?.Transmit?.Value, link.Reading?.Errors, [.. link.Falls],
        link.Ring is { } ring ? new RingResponse(ring.Job.Value, ring.BusGigabytesPerSecond, ring.What, ring.ReadAt) : null);
}
