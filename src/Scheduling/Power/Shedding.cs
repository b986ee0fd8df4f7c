using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling;

/// <summary>
/// Which job gives its place up next so that racks come within what feeds or cooling carry, once lower power limits do not
/// suffice: lowest priority first; of equals whoever loses least work since its last checkpoint; of those the youngest. It
/// goes on elsewhere where there is room, else it waits. Jobs that may not be evicted keep their place.
/// </summary>
/// <param name="state">The hall.</param>
/// <param name="profile">Where tasks are best put.</param>
/// <param name="seed">Any number; recorded with the step it repeats it.</param>
public sealed class Shedding(HallState state, PlacementProfile profile, ulong seed)
{
    /// <summary>Which jobs may go now, by what is known of their run; every one unless said otherwise.</summary>
    public Predicate<RunFacts> MayGo { get; init; } = _ => true;

    /// <summary>The next step, or null when nobody is left who may be moved or stopped.</summary>
    /// <param name="racks">Indexes of the racks that must come down.</param>
    /// <param name="limits">What may be committed in domains from now on, by index, where that is less than the limit in force.</param>
    /// <param name="runs">What is known of each job's run.</param>
    /// <param name="now">The time, as the runs count it.</param>
    public CycleStep? Next(IReadOnlySet<int> racks, IReadOnlyDictionary<int, Watts> limits, Func<JobId, RunFacts?> runs, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(racks);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(runs);
        var victim = state.Held
            .Where(held => held.Value.Spec.Preemptible && held.Value.Assignment.Tasks.Any(task => task.Gpus.Count > 0 && racks.Contains(state.Shape.Rack[task.Node])))
            .Select(held => (Job: held.Key, held.Value.Spec, held.Value.Assignment.MilliGpus, Facts: runs(held.Key) ?? new RunFacts(now, null, long.MaxValue)))
            .Where(held => MayGo(held.Facts))
            .OrderBy(held => held.Spec.Priority).ThenBy(held => held.Facts.LostAt(now).TotalSeconds * held.MilliGpus)
            .ThenByDescending(held => held.Facts.Sequence).ThenBy(held => held.Job.Value, StringComparer.Ordinal)
            .FirstOrDefault();
        if (victim.Spec is null)
            return null;
        var elsewhere = Elsewhere(victim.Job, victim.Spec, racks, limits);
        return new CycleStep(StepKind.Shed, victim.Job, elsewhere, elsewhere?.Assignment, [], []);
    }

    // Off the racks concerned altogether: what would fit there again later may start there later.
    private Placed? Elsewhere(JobId job, JobSpec spec, IReadOnlySet<int> racks, IReadOnlyDictionary<int, Watts> limits)
    {
        var without = state.Fork();
        without.Release(job);
        foreach (var (domain, limit) in limits)
            without.SetPowerLimit(domain, limit);
        for (var node = 0; node < state.Shape.Rack.Length; node++)
        {
            if (racks.Contains(state.Shape.Rack[node]) && without.ConditionOf(node) == NodeCondition.Ready)
                without.SetNodeCondition(node, NodeCondition.Cordoned);
        }
        return Placer.TryPlace(without, job, spec, profile, seed);
    }
}
