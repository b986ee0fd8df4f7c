namespace ControlPlane.Scheduling;

/// <summary>Whether an assignment fits into a state, by the same checks that commit one.</summary>
internal static class PlanFit
{
    /// <summary>True when it fits; the state is left as it was.</summary>
    public static bool Fits(HallState state, HeldJob held)
    {
        if (AssignmentChecks.SharedFaultOf(state, held, null) is not null)
            return false;
        var percent = held.Assignment.PowerPercent;
        var (done, fits) = (0, true);
        for (; fits && done < held.Assignment.Tasks.Count; done++)
        {
            var task = held.Assignment.Tasks[done];
            if (AssignmentChecks.FaultOf(state, task, held.Spec, withinLimits: true) is not null)
            {
                fits = false;
                break;
            }
            var group = held.Spec.Groups[task.Group];
            var draws = task.Gpus.Any(gpu => state.FreeGpuMilli(task.Node)[gpu] == 1000);
            state.Take(task, group.CpuMilli, group.Memory.Mebibytes, percent);
            fits = !draws || AssignmentChecks.ExcessOf(state, task.Node) is null;
        }
        while (done-- > 0)
        {
            var task = held.Assignment.Tasks[done];
            var group = held.Spec.Groups[task.Group];
            state.Give(task, group.CpuMilli, group.Memory.Mebibytes, percent);
        }
        return fits;
    }

    /// <summary>True when a task takes less than a whole GPU, whose draw then depends on who shares it at each instant.</summary>
    public static bool Shares(HeldJob held) => held.Assignment.Tasks.Any(task => task.GpuMilli is > 0 and < 1000);
}
