using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Facility;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>What changes of power limits make of jobs.</summary>
internal static class PowerEffects
{
    /// <summary>No device works slower than a tenth of its speed, whatever its limit; see <c>SimulatedGpuRating</c>.</summary>
    private const double Slowest = 0.1;

    public static JobEntry Lowered(JobEntry job, int percent, PowerLowered entry) => job with
    {
        Sequence = entry.Sequence,
        OrderedPercent = percent,
        OrderedAt = entry.Sequence,
        Message = $"To draw no more than {percent} % of its power limit{By(job.Spec, percent)}: {entry.Because}",
    };

    public static JobEntry Set(JobEntry job, int percent, long sequence, HallLayout layout)
    {
        var assignment = job.Assignment! with { PowerPercent = percent };
        return job with
        {
            Sequence = sequence,
            OrderedPercent = 0,
            Assignment = assignment,
            SlowestSpeed = Math.Min(job.SlowestSpeed, SpeedOf(job.Spec, assignment, layout)),
            Message = percent == 100 ? "Runs at its full power limit again." : $"Runs at {percent} % of its power limit{By(job.Spec, percent)}.",
        };
    }

    private static string By(JobSpec spec, int percent) => spec.PolicyAt(percent) is { } policy ? $" by {policy}" : "";

    /// <summary>Speed of simulated work under its power limit, over full speed.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="assignment">Where it is, with its limit.</param>
    /// <param name="layout">The hall.</param>
    /// <param name="armed">The cap that holds besides, by node; null when none does.</param>
    public static double SpeedOf(JobSpec spec, Assignment assignment, HallLayout layout, Func<int, Watts>? armed = null)
    {
        if (spec.Work is not SimulatedWork work || (assignment.PowerPercent == 100 && armed is null))
            return 1;
        var speed = 1.0;
        foreach (var task in assignment.Tasks)
        {
            if (task.Gpus.Count == 0)
                continue;
            var model = layout.GpuModels[layout.Nodes[task.Node].GpuModel];
            var cap = model.LimitAt(assignment.PowerPercent);
            if (armed is not null && armed(task.Node) < cap)
                cap = armed(task.Node);
            // The cube root, as simulated devices have it: dynamic power grows with the cube of the clock.
            var left = GpuPower.SpeedUnderCap(work.Utilisation, model.Idle, model.Limit, cap);
            speed = Math.Min(speed, Math.Max(Slowest, Math.Cbrt(left)));
        }
        return speed;
    }
}
