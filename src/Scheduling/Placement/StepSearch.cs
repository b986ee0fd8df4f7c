using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>Places jobs whose power limits come from policies or a tier: the highest step that fits, and why none above it.</summary>
internal static class StepSearch
{
    /// <summary>The job under the highest of its steps that fits, or null.</summary>
    public static Placed? TryPlace(HallState state, JobSpec spec, PlacementProfile profile, ulong draw)
    {
        for (var index = 0; index < spec.PowerSteps.Count; index++)
        {
            var step = spec.PowerSteps[index];
            var at = spec.At(step);
            if (Placer.SearchAt(state, at, TaskDemand.Of(state.Shape, at), profile, draw) is not { } placed)
                continue;
            var first = spec.PowerSteps[0];
            return placed with
            {
                Power = new PowerTaken(step.Policy, step.Percent, first.Policy, first.Percent)
                {
                    Because = step.Percent == first.Percent ? null : Shortage(state, spec.At(first), first),
                },
            };
        }
        return null;
    }

    /// <summary>Why no step fits: not even the lowest one.</summary>
    public static PlacementDecision Explain(HallState state, JobSpec spec)
    {
        ValueList<Reason> never = [];
        foreach (var step in spec.PowerSteps)
        {
            var at = spec.At(step);
            never = EmptyHallBounds.Check(state, at, TaskDemand.Of(state.Shape, at));
            if (never.Count == 0)
                break;
        }
        var last = spec.PowerSteps[^1];
        return never.Count > 0
            ? new Refused(never.Select(reason => Under(reason, last)).ToValueList())
            : new Waiting(Reasons(state, spec.At(last), last));
    }

    private static ValueList<Reason> Reasons(HallState state, JobSpec at, PowerStep step) =>
        Diagnosis.Of(state, at, TaskDemand.Of(state.Shape, at)).Select(reason => Under(reason, step)).ToValueList();

    private static Reason Shortage(HallState state, JobSpec at, PowerStep step) => Reasons(state, at, step)[0];

    private static Reason Under(Reason reason, PowerStep step) => reason.Code is ReasonCode.PowerShort or ReasonCode.HeatShort
        ? reason with { Under = $"{step.Policy} ({step.Percent} %)" }
        : reason;
}
