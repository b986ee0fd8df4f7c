namespace ControlPlane.Simulation.Results;

/// <summary>What several seeds say of a figure.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Margin">The true mean lies so near to theirs with 95 % confidence (Student's t); 0 when all are the same.</param>
/// <param name="Least">The least of them.</param>
/// <param name="Most">The greatest of them.</param>
public sealed record ConfidenceBand(double Mean, double Margin, double Least, double Most)
{
    // Student's t, two-sided 95 %, by degrees of freedom from 1; beyond the table the normal distribution's.
    private static readonly double[] Student =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>The band of two figures or more.</summary>
    public static ConfidenceBand Of(IReadOnlyList<double> figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        ArgumentOutOfRangeException.ThrowIfLessThan(figures.Count, 2);
        var mean = figures.Average();
        var deviation = Math.Sqrt(figures.Sum(figure => (figure - mean) * (figure - mean)) / (figures.Count - 1));
        var t = figures.Count - 1 <= Student.Length ? Student[figures.Count - 2] : 1.96;
        return new ConfidenceBand(mean, t * deviation / Math.Sqrt(figures.Count), figures.Min(), figures.Max());
    }
}
