using ControlPlane.Simulation.Events;

namespace ControlPlane.Simulation.Replay;

/// <summary>
/// The product's whole scheduling cycle in time. Nothing fails and checkpoints cost nothing; but whoever is moved or evicted
/// goes on from the last one, ten minutes of work apart at most.
/// </summary>
internal static class FactoryReplay
{
    private const double CheckpointEvery = 600;

    public static ReplayResult Run(IReadOnlyList<TracedJob> jobs, ReplayHall hall, string backfill)
    {
        List<TracedJob> inOrder = [.. jobs.OrderBy(job => job.Submit).ThenBy(job => job.Id)];
        var layout = hall.FactoryLayout();
        var plan = new TwinPlan
        {
            Hall = layout.Hall.Value,
            Manifests = [],
            Jobs = inOrder,
            Queue = ReplayHall.OtherQueue,
            CheckpointSeconds = 0,
            CheckpointEverySeconds = CheckpointEvery,
            RestartSeconds = 0,
            Backfill = backfill,
        };
        var twin = new EventTwin(plan, new TwinFloor(layout, [.. layout.Racks.Select(_ => 1.0)]), null);
        twin.RunOut();
        var byName = inOrder.ToDictionary(job => $"job-{job.Id}", StringComparer.Ordinal);
        return new ReplayResult(
            hall, [.. twin.Ended.Select(ended => new JobTimes(byName[ended.Name], ended.Started / 1000, ended.Ended / 1000))],
            twin.Ended.Sum(ended => ended.Preemptions));
    }
}
