using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Cooling;

/// <summary>
/// A volume flow of air or coolant. The heat it takes away is density times flow times specific heat times rise. The OCP
/// guideline for liquid cooling asks for 1.25 to 2 litres a minute and kilowatt, 1.5 as the rule, for 10 K at most.
/// </summary>
public readonly record struct FluidFlow
{
    private const double LitresPerMinutePerCubicMetrePerSecond = 60_000;

    // One cubic foot is 0.3048^3 m3 by definition of the international foot.
    private const double CubicFeetPerMinutePerCubicMetrePerSecond = 60 / (0.3048 * 0.3048 * 0.3048);

    private FluidFlow(double cubicMetresPerSecond) => CubicMetresPerSecond = cubicMetresPerSecond;

    /// <summary>The flow in m3/s.</summary>
    public double CubicMetresPerSecond { get; }

    /// <summary>The flow in litres a minute.</summary>
    public double LitresPerMinute => CubicMetresPerSecond * LitresPerMinutePerCubicMetrePerSecond;

    /// <summary>The flow in cubic feet a minute, the unit of fan data sheets.</summary>
    public double CubicFeetPerMinute => CubicMetresPerSecond * CubicFeetPerMinutePerCubicMetrePerSecond;

    /// <summary>Makes a flow.</summary>
    /// <param name="value">0 or more.</param>
    public static FluidFlow FromCubicMetresPerSecond(double value) => new(Require.NotNegative(value));

    /// <summary>Makes a flow.</summary>
    /// <param name="value">0 or more.</param>
    public static FluidFlow FromLitresPerMinute(double value) => new(Require.NotNegative(value) / LitresPerMinutePerCubicMetrePerSecond);

    /// <summary>Makes a flow.</summary>
    /// <param name="value">0 or more.</param>
    public static FluidFlow FromCubicFeetPerMinute(double value) => new(Require.NotNegative(value) / CubicFeetPerMinutePerCubicMetrePerSecond);

    /// <summary>The flow that takes heat away while it warms by so much.</summary>
    /// <param name="heat">0 or more.</param>
    /// <param name="riseKelvin">Above 0.</param>
    /// <param name="fluid">What flows.</param>
    public static FluidFlow For(Watts heat, double riseKelvin, Fluid fluid) =>
        new(Require.NotNegative(heat.Value, nameof(heat)) / (fluid.WattsPerKelvin(1) * Require.Positive(riseKelvin)));

    /// <summary>By how many kelvin the flow warms; infinite when heat meets no flow.</summary>
    /// <param name="heat">0 or more.</param>
    /// <param name="fluid">What flows.</param>
    public double RiseKelvin(Watts heat, Fluid fluid)
    {
        if (Require.NotNegative(heat.Value, nameof(heat)) == 0)
            return 0;
        return heat.Value / fluid.WattsPerKelvin(CubicMetresPerSecond);
    }

    /// <summary>The power that pushes the flow against a pressure: pressure times flow. A pump takes that over its efficiency.</summary>
    /// <param name="pascals">0 or more.</param>
    public double HydraulicWatts(double pascals) => Require.NotNegative(pascals) * CubicMetresPerSecond;

    /// <summary>The heat that the flow takes away while it warms by so much.</summary>
    /// <param name="riseKelvin">0 or more.</param>
    /// <param name="fluid">What flows.</param>
    public Watts Heat(double riseKelvin, Fluid fluid) =>
        Watts.FromWatts(fluid.WattsPerKelvin(CubicMetresPerSecond) * Require.NotNegative(riseKelvin));
}
