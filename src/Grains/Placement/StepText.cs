using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>Says in one sentence or two what a step does to its job, and at whose cost.</summary>
internal static class StepText
{
    /// <summary>The sentence.</summary>
    /// <param name="step">The step.</param>
    /// <param name="because">What happened before, such as a node that failed; may be empty.</param>
    public static string Of(CycleStep step, string because)
    {
        var cause = because.Length == 0 ? "" : because + ": ";
        var told = step.Kind switch
        {
            StepKind.Grow => $"Grows to {step.Assignment!.Tasks.Count} tasks.",
            StepKind.Repair => "The tasks concerned go on elsewhere, the others stay.",
            StepKind.Restart => "starts again elsewhere from its last checkpoint.",
            StepKind.Shed when step.Assignment is not null => "starts again elsewhere from its last checkpoint.",
            StepKind.Shed => "is paused at its last checkpoint until it fits again.",
            StepKind.Requeue or StepKind.Interrupt => "waits to be placed again.",
            _ => step.Decision?.Explain() ?? $"Holds {step.Assignment!.Tasks.Count} tasks.",
        };
        var reasons = string.Concat(step.Reasons.Select(reason => " " + reason.Explain()));
        return cause + told + Cost(step) + reasons;
    }

    private static string Cost(CycleStep step)
    {
        var parts = new List<string>();
        if (step.Evicted.Count > 0)
            parts.Add($"{step.Evicted.Count} evicted ({Names(step.Evicted.Select(job => job.Value))})");
        var moved = step.Changed.Where(change => change.Moved).Select(change => change.Job.Value).ToList();
        if (moved.Count > 0)
            parts.Add($"{moved.Count} moved ({Names(moved)})");
        var shrunk = step.Changed.Where(change => !change.Moved).Select(change => change.Job.Value).ToList();
        if (shrunk.Count > 0)
            parts.Add($"{shrunk.Count} made smaller ({Names(shrunk)})");
        return parts.Count == 0 ? "" : $" {step.Kind}: {string.Join(", ", parts)}.";
    }

    private static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(4)) + (all.Count > 4 ? $" and {all.Count - 4} more" : "");
    }
}
