using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling.Preferences;

namespace ControlPlane.Scheduling;

/// <summary>Decides where a job goes. The same state, job, profile and seed always give the same decision.</summary>
public static class Placer
{
    /// <summary>Decides whether and where the job may start now. Changes nothing in the state.</summary>
    /// <param name="state">The hall; not used by anyone else during the call.</param>
    /// <param name="job">The job, not placed here yet; with the seed it decides what a random preference draws.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="seed">Any number; recorded with the decision it repeats the decision.</param>
    /// <exception cref="InvariantException">The job holds an assignment here already.</exception>
    public static PlacementDecision Place(
        HallState state, JobId job, JobSpec spec, PlacementProfile profile, ulong seed)
    {
        if (state.Contains(job))
            throw new InvariantException($"Job {job} is placed in hall {state.Layout.Hall} already.");
        var wrong = JobRules.Check(state.Shape, spec);
        if (wrong is not null)
            return new Refused([wrong]);
        var demands = TaskDemand.Of(state.Shape, spec);
        var placed = state.Queues.FirstExceeded(state.QueueOf(spec.Queue), spec.MilliGpus) < 0
            ? Search(state, spec, demands, profile, Mixed.Of(seed, job.Value))
            : null;
        if (placed is not null)
            return placed;
        var never = EmptyHallBounds.Check(state, spec, demands);
        return never.Count > 0
            ? new Refused(never)
            : new Waiting(Diagnosis.Of(state, spec, demands));
    }

    private static Placed? Search(
        HallState state, JobSpec spec, TaskDemand[] demands, PlacementProfile profile, ulong draw)
    {
        if (demands.Length > 1 || demands[0].Count > 1)
            return GangSearch.Of(state, spec, demands, profile, draw);
        var task = demands[0];
        var choice = NodeChoice.For(state, task, profile, draw, DomainFilter.Any(state.Shape, spec.Topology.Required));
        if (!choice.Best.Exists)
            return null;
        return choice.ToPlaced(state.Layout, profile, new Assignment([TaskOn(state, task, 0, choice.Best)]));
    }

    internal static TaskPlacement TaskOn(HallState state, TaskDemand task, int number, Candidate where)
    {
        ValueList<int> gpus = !task.NeedsGpu ? []
            : task.IsShare ? [where.Gpu]
            : [.. GpuChoice.Whole(state, where.Node, task.Gpus)];
        return new TaskPlacement(task.Group, number, where.Node, gpus, task.Milli);
    }
}
