using ControlPlane.Domain.Units;
using ControlPlane.Simulation.Scenarios;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Measured;

/// <summary>
/// The field trial of May 2025 (Emerald AI, arXiv:2507.00909) played in the virtual hall: 256 A100 with their sweeps. What
/// each job kept of its speed over the trial is published; from that and from when the response lasted follows the cap
/// that it ran under, and from the caps the power, which is compared with the meter. Nothing is fitted to the meter.
/// </summary>
public static class FieldTrial
{
    // By job, in the order of the hall: share of full speed over all minutes.
    private static readonly double[] Kept = [0.939635, 0.973165, 1, 0.992455, 0.666923, 0.743277];

    /// <summary>Minutes from the first step down until the power was held, and from the first step up until it was back.</summary>
    private const int RampMinutes = 8;

    /// <summary>Plays it.</summary>
    /// <param name="minutes">Length of the trial.</param>
    /// <param name="begins">The minute at which power began to fall.</param>
    /// <param name="ends">The minute at which it began to rise again.</param>
    /// <returns>What the meter shows, minute by minute, in watts.</returns>
    public static IReadOnlyList<double> Minutes(int minutes, int begins, int ends)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minutes);
        ArgumentOutOfRangeException.ThrowIfLessThan(begins, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(ends, begins + RampMinutes);
        var hall = new DemandResponse().Build();
        hall.Settle();
        var shown = new List<double>(minutes);
        for (var minute = 0; minute < minutes; minute++)
        {
            var depth = Math.Clamp(Math.Min((minute + 1 - begins) / (double)RampMinutes, 1 - ((minute + 1 - ends) / (double)RampMinutes)), 0, 1);
            for (var job = 0; job < hall.Jobs.Count; job++)
                Cap(hall.Jobs[job], Kept[job], minutes / (double)(ends - begins), depth);
            var sum = 0.0;
            for (var second = 0; second < 60; second++)
            {
                hall.Step(TimeSpan.FromSeconds(1));
                sum += hall.Domains[0].LoadWatts;
            }
            shown.Add(sum / 60);
        }
        return shown;
    }

    // All that a job lost over the trial it lost during the response, evenly.
    private static void Cap(TwinJob job, double kept, double minutesPerResponse, double depth)
    {
        var speed = Math.Max(0, 1 - ((1 - kept) * minutesPerResponse));
        // A cap of the hall is what a GPU draws under it.
        var (full, low) = (job.Curve.UncappedDraw.Value, job.Curve.Under(job.Curve.CapKeeping(speed)).Draw.Value);
        foreach (var part in job.Parts)
            part.Cap = Watts.FromWatts(full + ((low - full) * depth));
    }
}
