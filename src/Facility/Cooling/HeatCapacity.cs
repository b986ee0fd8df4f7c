using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Cooling;

/// <summary>A mass that only warms, because nothing carries its heat away: dT/dt = P/C.</summary>
/// <param name="JoulesPerKelvin">C, above 0.</param>
public readonly record struct HeatCapacity(double JoulesPerKelvin)
{
    /// <summary>The coolant of a loop.</summary>
    /// <param name="kilograms">Above 0.</param>
    /// <param name="fluid">The coolant.</param>
    public static HeatCapacity OfLoop(double kilograms, Fluid fluid) => new(Require.Positive(kilograms) * fluid.JoulesPerKilogramKelvin);

    /// <summary>
    /// The air of a room alone. Racks and walls are left out, so the times are lower bounds: real rooms follow decaying
    /// exponentials that start with this slope (Khankari 2011).
    /// </summary>
    /// <param name="cubicMetres">Above 0.</param>
    /// <param name="air">The air.</param>
    public static HeatCapacity OfRoom(double cubicMetres, Fluid air) => new(Require.Positive(cubicMetres) * air.WattsPerKelvin(1));

    /// <summary>How fast it warms, in K/s.</summary>
    /// <param name="heat">0 or more.</param>
    public double KelvinPerSecond(Watts heat) =>
        Require.NotNegative(heat.Value, nameof(heat)) / Require.Positive(JoulesPerKelvin);

    /// <summary>Seconds until it has warmed by so much; infinite without heat.</summary>
    /// <param name="heat">0 or more.</param>
    /// <param name="riseKelvin">0 or more.</param>
    public double SecondsToRise(Watts heat, double riseKelvin)
    {
        Require.NotNegative(riseKelvin);
        var rate = KelvinPerSecond(heat);
        return riseKelvin == 0 ? 0 : riseKelvin / rate;
    }

    /// <summary>The temperature after some time.</summary>
    /// <param name="now">The temperature at the start.</param>
    /// <param name="heat">0 or more.</param>
    /// <param name="time">Not negative.</param>
    public Celsius After(Celsius now, Watts heat, TimeSpan time) =>
        Celsius.FromDegrees(now.Value + KelvinPerSecond(heat) * Require.Forward(time).TotalSeconds);

    /// <summary>The most heat under which a rise lasts so long.</summary>
    /// <param name="riseKelvin">0 or more.</param>
    /// <param name="seconds">Above 0.</param>
    public Watts HeatFor(double riseKelvin, double seconds) =>
        Watts.FromWatts(JoulesPerKelvin * Require.NotNegative(riseKelvin) / Require.Positive(seconds));
}
