using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Conversion;

/// <summary>
/// Fans whose speed follows the heat and whose power is the cube of their speed (the affinity law). The speed runs from
/// the least to the most in a straight line of heat over the heat that calls for full cooling.
/// </summary>
public sealed record FanBank
{
    /// <summary>Makes a bank.</summary>
    /// <param name="fullSpeed">Power of all fans at full speed, above 0.</param>
    /// <param name="fullCooling">Heat at which they run fastest, above 0.</param>
    /// <param name="leastSpeed">0 to 1.</param>
    /// <param name="mostSpeed">At least the least, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public FanBank(Watts fullSpeed, Watts fullCooling, double leastSpeed, double mostSpeed)
    {
        Require.Positive(fullSpeed.Value, nameof(fullSpeed));
        Require.Positive(fullCooling.Value, nameof(fullCooling));
        (FullSpeed, FullCooling) = (fullSpeed, fullCooling);
        LeastSpeed = Require.Share(leastSpeed);
        MostSpeed = Require.AtLeast(Require.Share(mostSpeed), leastSpeed, nameof(mostSpeed));
    }

    /// <summary>Power of all fans at full speed.</summary>
    public Watts FullSpeed { get; }

    /// <summary>Heat at which they run fastest.</summary>
    public Watts FullCooling { get; }

    /// <summary>Share of full speed that they never go below.</summary>
    public double LeastSpeed { get; }

    /// <summary>Share of full speed that they never go above.</summary>
    public double MostSpeed { get; }

    /// <summary>Share of full speed at a heat.</summary>
    /// <param name="heat">0 or more.</param>
    public double Speed(Watts heat) =>
        LeastSpeed + (MostSpeed - LeastSpeed) * Math.Min(1, Require.NotNegative(heat.Value, nameof(heat)) / FullCooling.Value);

    /// <summary>Power at a heat, unrounded: a fan draws little.</summary>
    /// <param name="heat">0 or more.</param>
    public double PowerWatts(Watts heat) => FullSpeed.Value * Affinity.PowerShare(Speed(heat));
}
