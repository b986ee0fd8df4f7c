namespace ControlPlane.Facility.Breakers;

/// <summary>
/// How long an overload may last: t(M) = TMS * (k / (M^alpha - 1) + c) for a current of M times the pick-up.
/// The form and the constants are those of IEC 60255-151 and IEEE C37.112.
/// </summary>
public sealed record TripCurve
{
    /// <summary>Makes a curve.</summary>
    /// <param name="name">Its name, such as <c>iec_extremely_inverse</c>.</param>
    /// <param name="k">Seconds, above 0.</param>
    /// <param name="alpha">Steepness, above 0.</param>
    /// <param name="c">Seconds that even the largest current takes, 0 or more.</param>
    /// <param name="timeMultiplier">The setting that stretches the whole curve, above 0.</param>
    /// <param name="resetSeconds">The constant of the return below pick-up, above 0; null when the curve states none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A constant is not in its range.</exception>
    public TripCurve(string name, double k, double alpha, double c = 0, double timeMultiplier = 1, double? resetSeconds = null)
    {
        Name = name;
        K = Require.Positive(k);
        Alpha = Require.Positive(alpha);
        C = Require.NotNegative(c);
        TimeMultiplier = Require.Positive(timeMultiplier);
        ResetSeconds = resetSeconds is { } reset ? Require.Positive(reset, nameof(resetSeconds)) : null;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>k, in seconds.</summary>
    public double K { get; }

    /// <summary>alpha.</summary>
    public double Alpha { get; }

    /// <summary>c, in seconds.</summary>
    public double C { get; }

    /// <summary>TMS, the time multiplier setting.</summary>
    public double TimeMultiplier { get; }

    /// <summary>Constant of the return below pick-up in seconds (tr of IEEE C37.112), or null.</summary>
    public double? ResetSeconds { get; }

    /// <summary>The same curve with another time multiplier.</summary>
    public TripCurve WithTimeMultiplier(double timeMultiplier) => new(Name, K, Alpha, C, timeMultiplier, ResetSeconds);

    /// <summary>Seconds until the trip at a constant current; infinite at or below the pick-up.</summary>
    /// <param name="multiple">Current over pick-up, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double TripSeconds(double multiple) =>
        Require.NotNegative(multiple) <= 1 ? double.PositiveInfinity : TimeMultiplier * (K / (Math.Pow(multiple, Alpha) - 1) + C);

    /// <summary>The current, over the pick-up, that trips after exactly the given time; infinite when none is that fast.</summary>
    /// <param name="seconds">Above 0.</param>
    public double MultipleFor(double seconds)
    {
        var left = Require.Positive(seconds) / TimeMultiplier - C;
        return left <= 0 ? double.PositiveInfinity : Math.Pow(1 + K / left, 1 / Alpha);
    }

    /// <summary>Seconds in which a full accumulator empties below pick-up; infinite when the curve states no return.</summary>
    /// <param name="multiple">Current over pick-up, 0 to 1.</param>
    public double ResetSecondsAt(double multiple) =>
        ResetSeconds is { } reset && Require.Share(multiple) < 1 ? TimeMultiplier * reset / (1 - multiple * multiple) : double.PositiveInfinity;
}
