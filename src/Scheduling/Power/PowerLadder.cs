using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>The power limits that a job accepts where it is, in percent.</summary>
internal static class PowerLadder
{
    /// <summary>Highest first; of a job with steps those that all the GPU models it holds may run at.</summary>
    public static ValueList<int> Of(HallState state, HeldJob held)
    {
        if (held.Spec.PowerSteps.Count == 0)
            return held.Spec.PowerPercents;
        var layout = state.Layout;
        var models = held.Assignment.Tasks.Where(task => task.Gpus.Count > 0)
            .Select(task => layout.GpuModels[layout.Nodes[task.Node].GpuModel].Name).Distinct().ToList();
        return held.Spec.PowerSteps.GroupBy(step => step.Percent)
            .Where(same => models.TrueForAll(model => same.Any(step => step.Allows(model))))
            .Select(same => same.Key).OrderDescending().ToValueList();
    }

    /// <summary>The next one below a limit, or null.</summary>
    public static int? NextBelow(HallState state, HeldJob held, int percent)
    {
        foreach (var accepted in Of(state, held))
        {
            if (accepted < percent)
                return accepted;
        }
        return null;
    }

    /// <summary>The next one above the limit in force, or null.</summary>
    public static int? NextAbove(HallState state, HeldJob held)
    {
        int? next = null;
        foreach (var accepted in Of(state, held))
        {
            if (accepted > held.Assignment.PowerPercent)
                next = accepted;
        }
        return next;
    }
}
