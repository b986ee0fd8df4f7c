using System.Globalization;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Manifests;
using ControlPlane.Grains;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Host.Endpoints;

/// <summary>Step times that jobs report of their ranks.</summary>
internal static class StepEndpoints
{
    public static void MapSteps(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/jobs/{name}/steps", async (string name, StepTimesRequest request, IGrainFactory grains) =>
        {
            if (!Names.IsValid(name) || await grains.Job(new JobId(name)).Get() is not { } record)
                return Answers.NotFound($"There is no job '{name}'.");
            var (times, errors) = Read(request);
            if (errors.Count > 0)
                return Answers.Wrong("The step times were not taken.", errors);
            if (record.Hall is not { } hall)
                return Answers.NotFound($"Job '{name}' is in no hall.");
            var answer = await grains.Hall(hall).ObserveSteps(new JobId(name), times);
            return answer.Objection is { } objection
                ? Answers.Wrong("The step times were not taken.", [new ManifestError("-", 0, 0, "seconds", objection, "report the ranks of the tasks that run now")])
                : Results.Ok(new StepTimesResponse(name, [.. answer.Stragglers], answer.Message));
        });

    private static (ValueList<RankTime> Times, List<ManifestError> Errors) Read(StepTimesRequest request)
    {
        var (times, errors) = (new Dictionary<int, double>(), new List<ManifestError>());
        if (request.Seconds is not { Count: > 0 })
            errors.Add(new ManifestError("-", 0, 0, "seconds", "no rank is given", """give seconds by rank, such as {"0": 1.02, "1": 1.31}"""));
        foreach (var (rank, seconds) in request.Seconds ?? new Dictionary<string, double>())
        {
            if (!int.TryParse(rank, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !times.TryAdd(number, seconds))
                errors.Add(new ManifestError("-", 0, 0, "seconds", $"'{rank}' is not a rank, or is given twice", "number ranks from 0"));
            if (!(seconds > 0 && double.IsFinite(seconds)))
                errors.Add(new ManifestError("-", 0, 0, $"seconds.{rank}", FormattableString.Invariant($"{seconds} is not a time of a step"), "give seconds above 0, or leave the rank out when it is unknown"));
        }
        return (times.Select(time => new RankTime(time.Key, time.Value)).ToValueList(), errors);
    }
}
