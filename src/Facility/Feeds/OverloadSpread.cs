namespace ControlPlane.Facility.Feeds;

/// <summary>
/// How far apart makers' overload times lie: a reminder that an asset's own table decides. From "Understanding UPS
/// Overload Capabilities in Data Centers".
/// </summary>
/// <param name="LoadFraction">Load over rating.</param>
/// <param name="ShortestSeconds">The shortest time that was found.</param>
/// <param name="LongestSeconds">The longest; infinite where some carry such a load for ever.</param>
public sealed record OverloadSpread(double LoadFraction, double ShortestSeconds, double LongestSeconds)
{
    // At twice the load the times are stated in cycles; they are taken at 60 Hz, where they are shorter.
    private const double Hertz = 60;

    /// <summary>All of them, smallest overload first.</summary>
    public static IReadOnlyList<OverloadSpread> All { get; } =
        [new(1.03, 600, double.PositiveInfinity), new(1.25, 30, 600), new(1.5, 10, 60), new(2, 10 / Hertz, 20 / Hertz)];

    /// <summary>The spread for a load: that of the nearest larger overload listed; null below 1.</summary>
    /// <param name="loadFraction">0 or more.</param>
    public static OverloadSpread? At(double loadFraction)
    {
        if (Require.NotNegative(loadFraction) <= 1)
            return null;
        return All.FirstOrDefault(spread => spread.LoadFraction >= loadFraction) ?? All[^1];
    }
}
