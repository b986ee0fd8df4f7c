namespace ControlPlane.Facility.Reliability;

/// <summary>
/// How often a node fails, in failures per node and day. Jobs of many nodes fail in proportion; small jobs fail more often
/// than that, for reasons that are not the nodes' (Kokolis et al., HPCA 2025, measured 7.9 h at 1,024 GPUs where this
/// formula says 28.8 h).
/// </summary>
public readonly record struct FailureRate
{
    /// <summary>Mean hours between failures that RSC-1 measured for jobs of 1,024 GPUs (Kokolis et al., HPCA 2025).</summary>
    public const double MeasuredHoursOf1024Gpus = 7.9;

    private const double HoursPerDay = 24;

    private FailureRate(double perNodeDay) => PerNodeDay = perNodeDay;

    /// <summary>Meta's RSC-1: 6.50 per thousand node-days (Kokolis et al., HPCA 2025, arXiv:2410.21680).</summary>
    public static FailureRate Rsc1 { get; } = FromPerNodeDay(6.50e-3);

    /// <summary>Meta's RSC-2: 2.34 per thousand node-days (same source).</summary>
    public static FailureRate Rsc2 { get; } = FromPerNodeDay(2.34e-3);

    /// <summary>Llama 3 405B: 419 unplanned interruptions of 16,384 GPUs in 54 days (arXiv:2407.21783, table 5).</summary>
    public static FailureRate Llama3 { get; } = Observed(419, 54, 16384 / 8);

    /// <summary>Failures per node and day.</summary>
    public double PerNodeDay { get; }

    /// <summary>Makes a rate.</summary>
    /// <param name="value">Failures per node and day, 0 or more.</param>
    public static FailureRate FromPerNodeDay(double value) => new(Require.NotNegative(value));

    /// <summary>The rate that was seen.</summary>
    /// <param name="failures">How many, 0 or more.</param>
    /// <param name="days">Above 0.</param>
    /// <param name="nodes">Above 0.</param>
    public static FailureRate Observed(double failures, double days, double nodes) =>
        new(Require.NotNegative(failures) / (Require.Positive(days) * Require.Positive(nodes)));

    /// <summary>Failures per GPU and hour.</summary>
    /// <param name="gpusPerNode">1 or more.</param>
    public double PerGpuHour(int gpusPerNode) => PerNodeDay / HoursPerDay / Require.Count(gpusPerNode, 1);

    /// <summary>Mean hours between failures of a job; infinite when nothing fails.</summary>
    /// <param name="nodes">Nodes that must all work, above 0.</param>
    public double MeanHours(double nodes) => HoursPerDay / (Require.Positive(nodes) * PerNodeDay);

    /// <summary>The chance that a job runs so long without a failure, if failures do not depend on age.</summary>
    /// <param name="nodes">Nodes that must all work, above 0.</param>
    /// <param name="hours">0 or more.</param>
    public double ChanceOfNone(double nodes, double hours) => Math.Exp(-Require.NotNegative(hours) * Require.Positive(nodes) * PerNodeDay / HoursPerDay);
}
