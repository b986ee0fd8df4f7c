using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Grains;
using ControlPlane.Grains.Placement;
using ControlPlane.Planning.Snapshots;

namespace ControlPlane.Host.Endpoints;

/// <summary>Questions about decisions that change nothing: what would be done, what was decided and why, and a hall as a file.</summary>
internal static class DecisionEndpoints
{
    public static void MapDecisions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/plan", (ApplyRequest request, IGrainFactory grains) => Plan(request, grains));
        routes.MapGet("/v1/halls/{hall}/decisions/{sequence:long}", async (string hall, long sequence, IGrainFactory grains) =>
        {
            if (await HallOrNull(hall, grains) is not { } found)
                return Answers.NotFound($"There is no hall '{hall}'.");
            return await grains.Decisions(found).Replay(sequence) is { } replayed
                ? Results.Ok(new DecisionResponse(
                    hall, replayed.Sequence, replayed.At, replayed.Kind, replayed.Subject, replayed.IsDecision, replayed.Same, replayed.Recorded, replayed.Derived))
                : Answers.NotFound($"The ledger of hall {hall} has no entry {sequence}.");
        });
        routes.MapGet("/v1/halls/{hall}/snapshot", async (string hall, IGrainFactory grains) =>
            await HallOrNull(hall, grains) is { } found
                ? Results.Text(HallSnapshots.Write(await Snapshot(found, grains)), "application/json")
                : Answers.NotFound($"There is no hall '{hall}'."));
        routes.MapGet("/v1/jobs/{name}/why/not/{rack}", async (string name, string rack, IGrainFactory grains) =>
        {
            if (!Names.IsValid(name) || await grains.Job(new JobId(name)).Get() is not { } record)
                return Answers.NotFound($"There is no job '{name}'.");
            var said = record.Hall is { } hall ? await grains.Hall(hall).WhyNot(new JobId(name), new RackId(rack)) : null;
            return said is null
                ? Answers.NotFound($"Job '{name}' is over, or its hall has no rack '{rack}'.")
                : Results.Ok(new WhyResponse(name, Answers.Word(record.Phase), said));
        });
    }

    private static async Task<HallId?> HallOrNull(string name, IGrainFactory grains)
    {
        var halls = await grains.Factory().Wake();
        return halls.Contains(new HallId(name)) ? new HallId(name) : null;
    }

    private static async Task<IResult> Plan(ApplyRequest request, IGrainFactory grains)
    {
        var reading = JobFiles.Read(request);
        if (reading.Errors.Count > 0)
            return Answers.Wrong("Nothing was planned.", reading.Errors);
        var plans = new List<PlanResponse>();
        foreach (var (job, spec) in reading.Jobs)
            plans.Add(await Plan(job, spec, grains));
        return Results.Ok(plans);
    }

    // As a submission would go: the first hall that would start it, else the first where it would wait.
    private static async Task<PlanResponse> Plan(JobId job, JobSpec spec, IGrainFactory grains)
    {
        var route = await grains.Factory().Route(spec.Queue, spec.Hall, spec.Jurisdiction, spec.Datasets);
        if (route.Halls.Count == 0)
            return new PlanResponse(job.Value, null, "refuse", route.Objection!, [], [], [], [], 0, null);
        if (spec.NeedsPowerSteps)
        {
            var power = await grains.Factory().Resolve(spec);
            if (power.Spec is not { } resolved)
                return new PlanResponse(job.Value, null, "refuse", power.Objection!, [], [], [], [], 0, null);
            spec = resolved;
        }
        var answers = new List<(HallId Hall, PlanAnswer Plan)>();
        foreach (var hall in route.All)
        {
            if (await grains.Hall(hall).Plan(job, spec) is { Outcome: "none" } known)
                return Of(job, hall, known);
        }
        foreach (var hall in route.Halls)
            answers.Add((hall, await grains.Hall(hall).Plan(job, spec)));
        var best = answers.OrderBy(answer => answer.Plan.Outcome switch { "place" => 0, "wait" => 2, "refuse" => 3, _ => 1 }).First();
        return Of(job, best.Hall, best.Plan);
    }

    private static PlanResponse Of(JobId job, HallId hall, PlanAnswer plan) => new(
        job.Value, hall.Value, plan.Outcome, plan.Message, [.. plan.Evicted.Select(one => one.Value)], [.. plan.Moved.Select(one => one.Value)],
        [.. plan.Shrunk.Select(one => one.Value)], [.. plan.Racks.Select(rack => rack.Value)], plan.Added.Value, plan.StartsAt);

    private static async Task<SnapshotFile> Snapshot(HallId hall, IGrainFactory grains)
    {
        var export = await grains.Hall(hall).Export();
        var objects = await grains.Factory().Objects();
        var manifests = objects.Manifests.SelectMany(file => ManifestReader.Read(file.Text, file.Name).Manifests).ToList();
        var layout = FactoryModel.Empty.With(manifests, [], HardwareCatalogue.Default).Model!.Layouts[hall.Value];
        return new SnapshotFile
        {
            Format = SnapshotFile.KnownFormat,
            Hall = hall.Value,
            Sequence = export.Sequence,
            At = export.At,
            Manifests = [.. manifests.Select(ManifestWriter.ToJson)],
            Jobs = [.. export.Jobs.Select(job => HallSnapshots.JobOf(job.Job, job.Spec, job.Submitted, job.Assignment, layout) with { SavedSeconds = job.Saved.TotalSeconds, DoneSeconds = job.Done.TotalSeconds })],
            PowerLimits = export.Limits.ToDictionary(limit => limit.Domain.Value, limit => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{limit.Limit.Value}W")),
            Nodes = export.Nodes.ToDictionary(node => node.Node.Value, node => Answers.Word(node.Condition)),
            FailedGpus = [.. export.FailedGpus.Select(gpu => GpuOf(gpu, layout))],
            DownLinks = [.. export.DownLinks.Select(link => link.Value)],
        };
    }

    private static SnapshotGpu GpuOf(GpuId gpu, HallLayout layout)
    {
        var node = layout.Nodes.First(node => gpu.Value.StartsWith(node.Id.Value + "-g", StringComparison.Ordinal));
        return new SnapshotGpu(node.Id.Value, int.Parse(gpu.Value.AsSpan(node.Id.Value.Length + 2), System.Globalization.CultureInfo.InvariantCulture));
    }
}
