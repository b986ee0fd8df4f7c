using ControlPlane.Domain;
using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>Why a step of a scheduling cycle is taken.</summary>
public enum StepKind
{
    /// <summary>A waiting job starts on what is free.</summary>
    Place = 0,

    /// <summary>Others are moved, all of them placed again, and a waiting job starts.</summary>
    Consolidate = 1,

    /// <summary>Jobs of queues above their part are evicted or shrunk for a job of a queue below its own.</summary>
    Reclaim = 2,

    /// <summary>Jobs of lower priority in the same queue are evicted or shrunk.</summary>
    Preempt = 3,

    /// <summary>A running job takes on tasks or spares that it lacks.</summary>
    Grow = 4,

    /// <summary>Tasks of a running job go on elsewhere because their node failed or is drained; the others stay.</summary>
    Repair = 5,

    /// <summary>A job whose node failed starts again elsewhere, whole, from its last checkpoint.</summary>
    Restart = 6,

    /// <summary>A job whose node failed finds no place now: it waits again.</summary>
    Requeue = 7,

    /// <summary>A job gives its place up so that feeds or cooling carry what is left: it goes on elsewhere from its last checkpoint, or waits.</summary>
    Shed = 8,

    /// <summary>A job whose work an agent had to stop, through no fault of the job, waits again and goes on from its last checkpoint.</summary>
    Interrupt = 9,
}

/// <summary>
/// One step of a scheduling cycle. It is carried out whole: first whoever is evicted or changed gives back what it held,
/// then the job starts, then the changed ones take their new places; in every state between no limit is exceeded.
/// </summary>
/// <param name="Kind">Why.</param>
/// <param name="Job">The job that starts, grows, is repaired or waits again.</param>
/// <param name="Decision">For a job that starts, the decision with its scores; else null.</param>
/// <param name="Assignment">What the job holds afterwards; null when it waits again.</param>
/// <param name="Evicted">Jobs that lose everything and wait again, whole.</param>
/// <param name="Changed">Other jobs that are moved or shrunk.</param>
[GenerateSerializer, Immutable, Alias("CycleStep")]
public sealed record CycleStep(
    [property: Id(0)] StepKind Kind,
    [property: Id(1)] JobId Job,
    [property: Id(2)] Placed? Decision,
    [property: Id(3)] Assignment? Assignment,
    [property: Id(4)] ValueList<JobId> Evicted,
    [property: Id(5)] ValueList<ChangedJob> Changed)
{
    /// <summary>Why the step could not be a gentler one, such as why no other node could take over; often empty.</summary>
    [Id(6)]
    public ValueList<Reason> Reasons { get; init; } = [];

    /// <summary>The jobs that yield in it: evicted ones, and those that give tasks up.</summary>
    public IEnumerable<JobId> Yielded => Evicted.Concat(Changed.Where(change => !change.Moved).Select(change => change.Job));

    /// <summary>Carries the step out in a hall.</summary>
    /// <param name="state">The hall that the step was decided for.</param>
    /// <param name="spec">What the job asks for.</param>
    /// <exception cref="InvariantException">The hall has changed so that the step does not fit any more; it is left half done.</exception>
    public void ApplyTo(HallState state, Domain.Jobs.JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(state);
        var changed = Changed.Select(change => (Change: change, Spec: state.SpecOf(change.Job)!, Before: state.AssignmentOf(change.Job)!)).ToList();
        foreach (var job in Evicted)
            state.Release(job);
        foreach (var (change, _, _) in changed)
            state.Release(change.Job);
        if (Assignment is null)
            state.Release(Job);
        else if (state.Contains(Job))
            state.Reassign(Job, Assignment);
        else
            state.Assign(Job, spec, Assignment);
        foreach (var (change, changedSpec, before) in changed)
            state.AssignAgain(change.Job, changedSpec, change.Assignment, before);
    }
}

/// <summary>A job that goes on with another assignment.</summary>
/// <param name="Job">The job.</param>
/// <param name="Assignment">What it holds afterwards.</param>
/// <param name="Moved">True when tasks of it change place; false when it only gives some up.</param>
[GenerateSerializer, Immutable, Alias("ChangedJob")]
public sealed record ChangedJob(
    [property: Id(0)] JobId Job,
    [property: Id(1)] Assignment Assignment,
    [property: Id(2)] bool Moved);
