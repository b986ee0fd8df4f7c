using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Feeds;

/// <summary>What a circuit carries, from the current its breaker permits.</summary>
public static class FeedRating
{
    /// <summary>
    /// Share of a breaker's rating that a load of three hours or more may use: breakers that are not rated for 100 % must
    /// be at least 125 % of a continuous load (NEC 210.20 and 215.3).
    /// </summary>
    public const double ContinuousShare = 0.8;

    /// <summary>Real power of a three-phase circuit: current times line voltage times the root of three times the power factor.</summary>
    /// <param name="amperes">Current of one line, 0 or more.</param>
    /// <param name="lineVolts">Voltage between two lines, above 0.</param>
    /// <param name="powerFactor">Above 0, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public static Watts ThreePhase(double amperes, double lineVolts, double powerFactor) => Watts.FromWatts(
        Require.NotNegative(amperes) * Require.Positive(lineVolts) * Math.Sqrt(3) * Require.PositiveShare(powerFactor));

    /// <summary>Real power of a single-phase circuit.</summary>
    /// <param name="amperes">0 or more.</param>
    /// <param name="volts">Above 0.</param>
    /// <param name="powerFactor">Above 0, at most 1.</param>
    public static Watts SinglePhase(double amperes, double volts, double powerFactor) =>
        Watts.FromWatts(Require.NotNegative(amperes) * Require.Positive(volts) * Require.PositiveShare(powerFactor));

    /// <summary>The part of a rating that may be used for hours.</summary>
    /// <param name="nameplate">The rating.</param>
    /// <param name="share">Above 0, at most 1; 1 for a breaker rated for continuous load.</param>
    public static Watts Continuous(Watts nameplate, double share = ContinuousShare) => nameplate * Require.PositiveShare(share);

    /// <summary>Current of one line of a three-phase circuit under a load.</summary>
    /// <param name="load">0 or more.</param>
    /// <param name="lineVolts">Voltage between two lines, above 0.</param>
    /// <param name="powerFactor">Above 0, at most 1.</param>
    public static double ThreePhaseAmperes(Watts load, double lineVolts, double powerFactor) =>
        Require.NotNegative(load.Value, nameof(load)) / (Require.Positive(lineVolts) * Math.Sqrt(3) * Require.PositiveShare(powerFactor));
}
