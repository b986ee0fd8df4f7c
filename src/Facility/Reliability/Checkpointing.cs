namespace ControlPlane.Facility.Reliability;

/// <summary>How often to write checkpoints, what share of the time then trains, and what a failure throws away.</summary>
public static class Checkpointing
{
    /// <summary>Young's interval: the root of twice the write time times the mean time between failures (Young, 1974).</summary>
    /// <param name="writeSeconds">Time that one checkpoint stops training, 0 or more.</param>
    /// <param name="meanSeconds">Mean time between failures, above 0.</param>
    public static double YoungSeconds(double writeSeconds, double meanSeconds) =>
        Math.Sqrt(2 * Require.NotNegative(writeSeconds) * Require.Positive(meanSeconds));

    /// <summary>
    /// Daly's first-order interval: Young's less the write time (Daly, FGCS 22(3), 2006). It holds while writing takes less
    /// than half of the mean time between failures; beyond that the mean time itself is the interval.
    /// </summary>
    /// <param name="writeSeconds">Time that one checkpoint stops training, 0 or more.</param>
    /// <param name="meanSeconds">Mean time between failures, above 0.</param>
    public static double DalySeconds(double writeSeconds, double meanSeconds) =>
        writeSeconds < Require.Positive(meanSeconds) / 2 ? YoungSeconds(writeSeconds, meanSeconds) - writeSeconds : meanSeconds;

    /// <summary>
    /// Expected share of the time that trains (Kokolis et al., HPCA 2025): what failures leave, over what checkpoints cost.
    /// A failure costs the restart and half an interval.
    /// </summary>
    /// <param name="meanSeconds">Mean time between failures of the job, above 0.</param>
    /// <param name="restartSeconds">From the failure until training goes on, 0 or more.</param>
    /// <param name="intervalSeconds">Between two checkpoints, above 0.</param>
    /// <param name="writeSeconds">Time that one checkpoint stops training, 0 or more.</param>
    /// <returns>0 to 1; 0 when failures leave nothing.</returns>
    public static double EffectiveShare(double meanSeconds, double restartSeconds, double intervalSeconds, double writeSeconds)
    {
        var lost = (Require.NotNegative(restartSeconds) + Require.Positive(intervalSeconds) / 2) / Require.Positive(meanSeconds);
        return Math.Max(0, 1 - lost) / (1 + Require.NotNegative(writeSeconds) / intervalSeconds);
    }

    /// <summary>GPU-hours that a failure throws away on average: half an interval and the restart, of every GPU of the job.</summary>
    /// <param name="gpus">0 or more.</param>
    /// <param name="intervalSeconds">Between two checkpoints, 0 or more.</param>
    /// <param name="restartSeconds">From the failure until training goes on, 0 or more.</param>
    public static double GpuHoursLost(double gpus, double intervalSeconds, double restartSeconds) =>
        Require.NotNegative(gpus) * (Require.NotNegative(intervalSeconds) / 2 + Require.NotNegative(restartSeconds)) / 3600;

    /// <summary>The longest interval under which a share of the time trains, or null when none does.</summary>
    /// <param name="meanSeconds">Mean time between failures, above 0.</param>
    /// <param name="restartSeconds">0 or more.</param>
    /// <param name="writeSeconds">Above 0.</param>
    /// <param name="share">Above 0, at most 1.</param>
    public static double? LongestInterval(double meanSeconds, double restartSeconds, double writeSeconds, double share)
    {
        // (1 - (u + t/2)/M) t = share (t + w): a parabola in t, whose larger root is the longest interval.
        Require.Positive(meanSeconds);
        var linear = 1 - Require.NotNegative(restartSeconds) / meanSeconds - Require.PositiveShare(share);
        var under = linear * linear - 2 * share * Require.Positive(writeSeconds) / meanSeconds;
        return linear <= 0 || under < 0 ? null : meanSeconds * (linear + Math.Sqrt(under));
    }
}
