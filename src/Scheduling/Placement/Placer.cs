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
        state = state.OpenedFor(spec);
        var wrong = JobRules.Check(state.Shape, spec);
        if (wrong is not null)
            return new Refused([wrong]);
        if (spec.PowerSteps.Count > 0)
            return TryPlace(state, job, spec, profile, seed) ?? StepSearch.Explain(state, spec);
        var demands = TaskDemand.Of(state.Shape, spec);
        if (WithinQueue(state, spec) && Search(state, spec, demands, profile, Mixed.Of(seed, job.Value)) is { } placed)
            return placed;
        var never = EmptyHallBounds.Check(state, spec, demands);
        return never.Count > 0
            ? new Refused(never)
            : new Waiting(Diagnosis.Of(state, spec, demands));
    }

    /// <summary>As <see cref="Place"/> for a job that no rule of the hall forbids; null, without reasons, when it does not fit.</summary>
    internal static Placed? TryPlace(HallState state, JobId job, JobSpec spec, PlacementProfile profile, ulong seed)
    {
        state = state.OpenedFor(spec);
        return !WithinQueue(state, spec) ? null
            : spec.PowerSteps.Count > 0 ? StepSearch.TryPlace(state, spec, profile, Mixed.Of(seed, job.Value))
            : Search(state, spec, TaskDemand.Of(state.Shape, spec), profile, Mixed.Of(seed, job.Value));
    }

    /// <summary>A place for exactly the tasks that a job held elsewhere, at the same power limit; null when there is none.</summary>
    internal static Assignment? PlaceSame(HallState state, JobId job, JobSpec spec, Assignment held, PlacementProfile profile, ulong seed)
    {
        var demands = TaskDemand.Of(state.Shape, spec.At(held.PowerPercent), [.. held.Tasks.Select(task => (task.Group, task.Task))]);
        foreach (var task in demands)
            task.Percent = held.PowerPercent;
        return state.Queues.FirstExceeded(state.QueueOf(spec.Queue), held.MilliGpus) < 0
            ? SearchAt(state, spec, demands, profile, Mixed.Of(seed, job.Value))?.Assignment
            : null;
    }

    /// <summary>
    /// Decides where tasks go that a running job lacks, leaving the others where they are: one more task of an elastic
    /// job, or those of a node that failed. The power limit stays as it is. Changes nothing in the state.
    /// </summary>
    /// <param name="state">The hall; not used by anyone else during the call.</param>
    /// <param name="job">The job, placed here.</param>
    /// <param name="kept">The tasks that stay where they are; at least one.</param>
    /// <param name="missing">The tasks to place, as group and number within it.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="seed">Any number; recorded with the decision it repeats the decision.</param>
    /// <returns>The whole new assignment, or null when there is no room.</returns>
    /// <exception cref="InvariantException">The job holds nothing here.</exception>
    public static Assignment? Complete(
        HallState state, JobId job, IReadOnlyList<TaskPlacement> kept, IReadOnlyList<(int Group, int Task)> missing,
        PlacementProfile profile, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var spec = state.SpecOf(job) ?? throw new InvariantException($"Job {job} holds nothing in hall {state.Layout.Hall}.");
        var without = state.Scratch();
        var percent = without.AssignmentOf(job)!.PowerPercent;
        without.Release(job);
        var demands = TaskDemand.Of(state.Shape, spec.At(percent), missing);
        foreach (var task in demands)
            task.Percent = percent;
        var milli = kept.Sum(task => (long)task.Gpus.Count * task.GpuMilli) + demands.Sum(task => (long)task.Count * task.Gpus * task.Milli);
        var queue = without.QueueOf(spec.Queue);
        if (without.Queues.FirstExceeded(queue, milli) >= 0 || (!spec.Preemptible && without.Queues.FirstOverQuota(queue, milli) >= 0))
            return null;
        return GangSearch.Of(without, spec, demands, profile, Mixed.Of(seed, job.Value), kept)?.Assignment;
    }

    private static bool WithinQueue(HallState state, JobSpec spec)
    {
        var queue = state.QueueOf(spec.Queue);
        return state.Queues.FirstExceeded(queue, spec.LeastMilliGpus) < 0
            && (spec.Preemptible || state.Queues.FirstOverQuota(queue, spec.LeastMilliGpus) < 0);
    }

    // The highest power limit that the job accepts and that fits.
    private static Placed? Search(
        HallState state, JobSpec spec, TaskDemand[] demands, PlacementProfile profile, ulong draw)
    {
        if (spec.PowerPercents.Count == 0)
            return SearchAt(state, spec, demands, profile, draw);
        foreach (var percent in spec.PowerPercents)
        {
            foreach (var task in demands)
                task.Percent = percent;
            if (SearchAt(state, spec, demands, profile, draw) is { } placed)
                return placed;
        }
        return null;
    }

    internal static Placed? SearchAt(
        HallState state, JobSpec spec, TaskDemand[] demands, PlacementProfile profile, ulong draw)
    {
        if (demands.Length > 1 || demands[0].Count > 1 || spec.Topology.Slices.Count > 0)
            return GangSearch.Of(state, spec, demands, profile, draw, []);
        var task = demands[0];
        var choice = NodeChoice.For(state, task, profile, draw, DomainFilter.Any(state.Shape, spec.Topology.Required));
        if (!choice.Best.Exists)
            return null;
        var assignment = new Assignment([TaskOn(state, task, task.NumberAt(0), choice.Best)]) { PowerPercent = task.Percent };
        return choice.ToPlaced(state.Layout, profile, assignment);
    }

    internal static TaskPlacement TaskOn(HallState state, TaskDemand task, int number, Candidate where)
    {
        ValueList<int> gpus = !task.NeedsGpu ? []
            : task.IsShare ? [where.Gpu]
            : [.. GpuChoice.Whole(state, where.Node, task.Gpus, task.Rails)];
        var slot = task.IsInstance ? GpuChoice.Slot(state, where.Node, where.Gpu, task) : -1;
        return new TaskPlacement(task.Group, number, where.Node, gpus, task.Milli) { Slot = slot };
    }
}
