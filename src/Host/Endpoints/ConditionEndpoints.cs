using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Grains.Placement;
using ControlPlane.Scheduling;

namespace ControlPlane.Host.Endpoints;

/// <summary>Whether nodes and racks take new work, as operators set it.</summary>
internal static class ConditionEndpoints
{
    public static void MapConditions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/halls/{hall}/nodes/{node}", (string hall, string node, StateRequest request, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, async found => Read<NodeCondition>(request.State) is { } condition
                ? Done(node, request.State, await found.SetNodeCondition(new NodeId(node), condition))
                : HallEndpoints.WrongState(request.State, Words<NodeCondition>())));
        routes.MapPost("/v1/halls/{hall}/loops/{loop}", (string hall, string loop, StateRequest request, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, async found =>
            {
                if (request.State is not ("ready" or "lost"))
                    return HallEndpoints.WrongState(request.State, "ready or lost");
                var objection = await found.SetLoopLost(new CoolingLoopId(loop), request.State == "lost", request.Reason);
                return objection is null ? Results.Ok(new ConditionResponse(loop, request.State, request.State, "")) : Answers.NotFound(objection);
            }));
        routes.MapPost("/v1/halls/{hall}/racks/{rack}", (string hall, string rack, StateRequest request, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, async found => Read<RackState>(request.State) is { } state
                ? Done(rack, request.State, await found.SetRackState(new RackId(rack), state, request.Reason))
                : HallEndpoints.WrongState(request.State, Words<RackState>())));
    }

    private static IResult Done(string name, string state, ConditionAnswer answer) => answer.Objection is { } objection
        ? Answers.NotFound(objection)
        : Results.Ok(new ConditionResponse(name, state, Answers.Word(answer.Condition), answer.Because));

    private static T? Read<T>(string word)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Answers.Word(value) == word)
                return value;
        }
        return null;
    }

    private static string Words<T>()
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().Select(value => Answers.Word(value)).ToList();
        return $"{string.Join(", ", words[..^1])} or {words[^1]}";
    }
}
