using System.Runtime.CompilerServices;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Grains;
using ControlPlane.Grains.Placement;
using ControlPlane.Scheduling;
using Microsoft.Extensions.Options;

namespace ControlPlane.Host.Endpoints;

/// <summary>Halls: figures, events, and what operators change by hand.</summary>
internal static class HallEndpoints
{
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromMilliseconds(250);

    public static void MapHalls(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/factory", async (IGrainFactory grains, IOptions<FactoryOptions> options) =>
        {
            var halls = await grains.Factory().Wake();
            var objects = await grains.Factory().Objects();
            return Results.Ok(new FactoryResponse(objects.Version, options.Value.TimeScale, [.. halls.Select(hall => hall.Value)]));
        });
        routes.MapGet("/v1/halls", async (IGrainFactory grains) =>
        {
            var halls = await grains.Factory().Wake();
            var views = await Task.WhenAll(halls.Select(hall => grains.Hall(hall).View()));
            return Results.Ok(views.Select(Answers.Of));
        });
        routes.MapGet("/v1/halls/{hall}", (string hall, IGrainFactory grains) =>
            InHall(hall, grains, async found => Results.Ok(Answers.Of(await found.View()))));
        routes.MapGet("/v1/halls/{hall}/events", (string hall, long? after, int? count, IGrainFactory grains) =>
            InHall(hall, grains, async found => Results.Ok(Answers.Of(await found.Events(after ?? 0, count ?? 100)))));
        routes.MapGet("/v1/halls/{hall}/watch", (string hall, long? after, IGrainFactory grains, TimeProvider clock, CancellationToken cancellation) =>
            InHall(hall, grains, found => Task.FromResult<IResult>(TypedResults.ServerSentEvents(Watch(found, after, clock, cancellation)))));
        routes.MapPost("/v1/halls/{hall}/power/{domain}", (string hall, string domain, PowerLimitRequest request, IGrainFactory grains) =>
            InHall(hall, grains, found => SetLimit(hall, domain, request, grains, found)));
        routes.MapPost("/v1/halls/{hall}/gpus/{gpu}", (string hall, string gpu, StateRequest request, IGrainFactory grains) =>
            InHall(hall, grains, async found => request.State is "ready" or "failed"
                ? Done(await found.SetGpuFailed(new GpuId(gpu), request.State == "failed"))
                : WrongState(request.State, "ready or failed")));
        routes.MapGet("/v1/gpus/{gpu}", async (string gpu, IGrainFactory grains) =>
            Names.IsValid(gpu) && await grains.Factory().HasGpu(new GpuId(gpu))
                ? Results.Ok(Answers.Of(await grains.Gpu(new GpuId(gpu)).Get()))
                : Answers.NotFound($"There is no GPU '{gpu}': a node's GPUs are named after it, such as h100-01-n00-g0."));
        routes.MapPost("/v1/queues/{queue}", SetQueue);
    }

    private static async Task<IResult> SetQueue(string queue, StateRequest request, IGrainFactory grains)
    {
        var route = await grains.Factory().Route(new QueueId(queue), null, null, []);
        if (route.Halls.Count == 0)
            return Answers.NotFound(route.Objection!);
        if (request.State is not ("open" or "held"))
            return WrongState(request.State, "open or held");
        await grains.Queue(new QueueId(queue)).SetHeld(request.State == "held", request.Reason);
        return Results.NoContent();
    }

    internal static async Task<IResult> InHall(string name, IGrainFactory grains, Func<IPlacementGrain, Task<IResult>> then)
    {
        var halls = await grains.Factory().Wake();
        return halls.Contains(new HallId(name))
            ? await then(grains.Hall(new HallId(name)))
            : Answers.NotFound($"There is no hall '{name}'. Declared: {(halls.Count == 0 ? "none" : string.Join(", ", halls))}.");
    }

    private static async Task<IResult> SetLimit(
        string hall, string domain, PowerLimitRequest request, IGrainFactory grains, IPlacementGrain found)
    {
        Watts? limit = null;
        if (request.Limit is not null)
        {
            if (!Watts.TryParse(request.Limit, out var watts) || watts < Watts.Zero)
                return Answers.Wrong("The limit was not changed.", [new ManifestError("-", 0, 0, "limit", $"'{request.Limit}' is not a power", "give a power such as 400kW")]);
            limit = watts;
        }
        LimitUrgency? urgency = request.Urgency switch
        {
            "lower" => LimitUrgency.Lower,
            "pause" => LimitUrgency.Pause,
            "emergency" => LimitUrgency.Emergency,
            _ => null,
        };
        if (urgency is null)
            return Answers.Wrong("The limit was not changed.", [new ManifestError("-", 0, 0, "urgency", $"'{request.Urgency}' is not an urgency", "use lower, pause or emergency")]);
        var view = await found.View();
        var domains = view.Power.ToDictionary(power => power.Domain);
        if (!domains.TryGetValue(new PowerDomainId(domain), out var root))
            return Answers.NotFound($"Hall {hall} has no power domain '{domain}'. Declared: {string.Join(", ", domains.Keys)}.");
        while (root.Parent is { } parent)
            root = domains[parent];
        var answer = await grains.Power(new HallId(hall), root.Domain).SetLimit(new PowerDomainId(domain), limit, request.Reason, urgency.Value);
        if (answer.Objection is { } objection)
            return Answers.Wrong("The limit was not changed.", [new ManifestError("-", 0, 0, "limit", objection.Problem, objection.Right)]);
        return Results.Ok(new PowerLimitResponse(domain, answer.Requested.Value, answer.InForce.Value, answer.Committed.Value));
    }

    private static async IAsyncEnumerable<EventResponse> Watch(
        IPlacementGrain hall, long? after, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var last = after ?? (await hall.Events(long.MaxValue, 1)).Last;
        using var timer = new PeriodicTimer(WatchPeriod, clock);
        do
        {
            var page = await hall.Events(last, 1000);
            foreach (var happened in page.Events)
            {
                last = happened.Sequence;
                yield return Answers.Of(happened);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private static IResult Done(string? objection) => objection is null ? Results.NoContent() : Answers.NotFound(objection);

    internal static IResult WrongState(string given, string right) =>
        Answers.Wrong("Nothing was changed.", [new ManifestError("-", 0, 0, "state", $"'{given}' is not a state", "use " + right)]);
}
