using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Grains;
using ControlPlane.Grains.Health;

namespace ControlPlane.Host.Endpoints;

/// <summary>Nodes' health: what sources say of it, and what it comes to.</summary>
internal static class HealthEndpoints
{
    private const string Path = "/v1/halls/{hall}/nodes/{node}/health";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/halls/{hall}/checks", (string hall, IGrainFactory grains) => HallEndpoints.InHall(hall, grains, async _ =>
            Results.Ok((await grains.Checks(new HallId(hall)).Get()).Select(one => new CheckedNodeResponse(one.Node.Value, one.At, one.Outcome)))));
        routes.MapGet(Path, (string hall, string node, IGrainFactory grains) => HallEndpoints.InHall(hall, grains, async _ =>
            Answer(await grains.Health(new HallId(hall), new NodeId(node)).Get())));
        routes.MapPut(Path + "/{source}", (string hall, string node, string source, HealthReportRequest request, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, async _ =>
            {
                var (said, errors) = HealthBody.Read(source, request);
                return said is null
                    ? Answers.Wrong("The report was not taken.", errors)
                    : Answer(await grains.Health(new HallId(hall), new NodeId(node)).Report(said));
            }));
        routes.MapDelete(Path + "/{source}", (string hall, string node, string source, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, async _ => Answer(await grains.Health(new HallId(hall), new NodeId(node)).Clear(source))));
    }

    private static IResult Answer(HealthAnswer answer) => answer.Outcome switch
    {
        HealthOutcome.UnknownNode => Answers.NotFound(answer.Message),
        HealthOutcome.Refused => Answers.Wrong("The report was not taken.", [HealthBody.Error("report", answer.Message, "")]),
        _ => Results.Ok(Of(answer)),
    };

    private static HealthResponse Of(HealthAnswer answer)
    {
        var health = answer.Health;
        return new HealthResponse(
            health.Node.Value, answer.Outcome == HealthOutcome.Taken, answer.Message, Answers.Word(health.Condition), health.Because, health.IsAllocatable,
            health.Merged?.ObservedAt, Alerts(health.Merged), Successes(health.Merged),
            [.. health.Statements.Select(said => new HealthSourceResponse(said.Source, Answers.Word(said.Mode), said.ObservedAt, Alerts(said), Successes(said)))]);
    }

    private static List<HealthAlertResponse> Alerts(HealthStatement? said) =>
        [.. (said?.Alerts ?? []).Select(alert => new HealthAlertResponse(alert.Part.Id, alert.Part.Target, alert.Since, alert.Message, [.. alert.Classifications]))];

    private static List<HealthPartResponse> Successes(HealthStatement? said) =>
        [.. (said?.Successes ?? []).Select(part => new HealthPartResponse(part.Id, part.Target))];
}
