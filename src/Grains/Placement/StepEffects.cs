using ControlPlane.Domain;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>What a step makes of the jobs it concerns.</summary>
internal static class StepEffects
{
    /// <summary>The jobs as they are after the step.</summary>
    public static IReadOnlyList<JobEntry> Of(StepTaken taken, IReadOnlyDictionary<JobId, JobEntry> jobs, HallNames names)
    {
        var (step, after) = (taken.Step, new List<JobEntry>());
        foreach (var evicted in step.Evicted)
            after.Add(Stopped(jobs[evicted], taken, $"Evicted for {step.Job}: {Cause(step.Kind)}") with { YieldedAt = taken.Sequence });
        foreach (var change in step.Changed)
        {
            var job = jobs[change.Job];
            after.Add(change.Moved
                ? Started(Stopped(job, taken, ""), change.Assignment, taken, names, $"Moved to make room for {step.Job}.")
                : Resized(job, change.Assignment, taken, names, $"Gave up {job.Assignment!.Tasks.Count - change.Assignment.Tasks.Count} tasks for {step.Job}.") with { YieldedAt = taken.Sequence });
        }
        after.Add(OfTheJob(jobs[step.Job], taken, names));
        return after;
    }

    /// <summary>Every job that a step concerns.</summary>
    public static IEnumerable<JobId> JobsOf(CycleStep step) => step.Evicted.Concat(step.Changed.Select(change => change.Job)).Append(step.Job);

    private static JobEntry OfTheJob(JobEntry job, StepTaken taken, HallNames names)
    {
        if (taken.Step.Assignment is not { } assignment)
            return Stopped(job, taken, taken.Message);
        if (job.Assignment is null || taken.Step.Kind is StepKind.Restart or StepKind.Shed)
            return Started(job.Assignment is null ? job : Stopped(job, taken, ""), assignment, taken, names, taken.Message);
        return Resized(job, assignment, taken, names, taken.Message);
    }

    private static JobEntry Stopped(JobEntry job, StepTaken taken, string message)
    {
        var saved = taken.Saved.FirstOrDefault(one => one.Job == job.Job);
        return job with
        {
            Sequence = taken.Sequence,
            Phase = JobPhase.Waiting,
            Message = message,
            Assignment = null,
            Gpus = [],
            StartedAt = null,
            Late = [],
            OrderedPercent = 0,
            Leased = taken.Sequence,
            Saved = saved.Job == job.Job ? saved.Saved : job.Saved,
            SavedTokens = saved.Job == job.Job ? saved.Tokens : job.SavedTokens,
            DeviceFaults = job.DeviceFaults + (taken.Fault == Racks.Fault.Device && taken.Step.Job == job.Job ? 1 : 0),
            WorkFaults = job.WorkFaults + (taken.Fault == Racks.Fault.Work && taken.Step.Job == job.Job ? 1 : 0),
        };
    }

    private static JobEntry Started(JobEntry job, Assignment assignment, StepTaken taken, HallNames names, string message) => job with
    {
        Sequence = taken.Sequence,
        Phase = JobPhase.Placed,
        Message = message,
        Generation = taken.Sequence,
        Assignment = assignment,
        Gpus = names.GpusOf(assignment),
        StartedAt = null,
        Late = [],
        Leased = taken.Sequence,
        OrderedPercent = 0,
        SlowestSpeed = PowerEffects.SpeedOf(job.Spec, assignment, names.Layout),
        Attempts = job.Attempts + 1,
    };

    // Tasks that stay keep their leases; those at another place than before get leases of their own.
    private static JobEntry Resized(JobEntry job, Assignment assignment, StepTaken taken, HallNames names, string message)
    {
        var before = job.Assignment!.Tasks.ToHashSet();
        var moved = assignment.Tasks.Where(task => !before.Contains(task))
            .Select(task => new LateTask(JobEntry.NumberOf(job.Spec, task.Group, task.Task), taken.Sequence, taken.At)).ToList();
        var numbers = assignment.Tasks.Select(task => JobEntry.NumberOf(job.Spec, task.Group, task.Task)).ToHashSet();
        var kept = job.Late.Where(late => numbers.Contains(late.Task) && !moved.Exists(one => one.Task == late.Task));
        return job with
        {
            Sequence = taken.Sequence,
            Message = message,
            Assignment = assignment,
            Gpus = names.GpusOf(assignment),
            Late = kept.Concat(moved).ToValueList(),
            Leased = taken.Sequence,
        };
    }

    private static string Cause(StepKind kind) => kind switch
    {
        StepKind.Reclaim => "its queue held more than its part, that of the other less.",
        StepKind.Preempt => "it has the higher priority in the queue.",
        _ => "it made room.",
    };
}
