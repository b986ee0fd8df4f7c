using ControlPlane.Domain.Units;

namespace ControlPlane.Facility;

/// <summary>
/// A heat capacity behind a thermal resistance: the first-order model of a die on a cold plate or of coolant in a loop.
/// </summary>
/// <param name="JoulesPerKelvin">Heat capacity, above 0.</param>
/// <param name="KelvinPerWatt">Thermal resistance to the coolant, above 0.</param>
public readonly record struct ThermalMass(double JoulesPerKelvin, double KelvinPerWatt)
{
    /// <summary>
    /// A liquid-cooled GPU: 800 J/K for die, package and plate (an assumption in the range of a half-kilogram copper
    /// plate and its coolant) behind 0.03 K/W, the vendors' target for cold plates: 1200 W on 45 C coolant gives 81 C.
    /// </summary>
    public static ThermalMass ColdPlate { get; } = new(800, 0.03);

    /// <summary>An air-cooled GPU: the same mass behind 0.07 K/W, an assumption that fits 700 W parts in 27 C air below their limits.</summary>
    public static ThermalMass HeatSink { get; } = new(800, 0.07);

    /// <summary>Where the temperature settles under a constant draw.</summary>
    public Celsius Settled(Watts draw, Celsius coolant) => Celsius.FromDegrees(coolant.Value + draw.Value * KelvinPerWatt);

    /// <summary>The temperature after some time under a constant draw: an exponential approach, exact for any step.</summary>
    /// <param name="now">The temperature at the start.</param>
    /// <param name="draw">The draw during the time.</param>
    /// <param name="coolant">The coolant's temperature during the time.</param>
    /// <param name="time">How long, not negative.</param>
    public Celsius After(Celsius now, Watts draw, Celsius coolant, TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var settled = Settled(draw, coolant).Value;
        var left = Math.Exp(-time.TotalSeconds / (JoulesPerKelvin * KelvinPerWatt));
        return Celsius.FromDegrees(settled + (now.Value - settled) * left);
    }

    /// <summary>How long until a limit is reached once nothing carries heat away; <see cref="TimeSpan.MaxValue"/> without draw.</summary>
    /// <param name="now">The temperature when the flow stops.</param>
    /// <param name="limit">The temperature that must not be reached.</param>
    /// <param name="draw">The constant draw.</param>
    public TimeSpan UntilWithoutFlow(Celsius now, Celsius limit, Watts draw)
    {
        if (limit <= now)
            return TimeSpan.Zero;
        return draw <= Watts.Zero
            ? TimeSpan.MaxValue
            : TimeSpan.FromSeconds(JoulesPerKelvin * (limit.Value - now.Value) / draw.Value);
    }

    /// <summary>Seconds until a limit is reached while the coolant flows: 0 above it, infinite when it settles below.</summary>
    /// <param name="now">The temperature at the start.</param>
    /// <param name="limit">The temperature that must not be reached.</param>
    /// <param name="draw">The constant draw.</param>
    /// <param name="coolant">The coolant's constant temperature.</param>
    public double SecondsUntil(Celsius now, Celsius limit, Watts draw, Celsius coolant)
    {
        if (limit <= now)
            return 0;
        var settled = Settled(draw, coolant).Value;
        return settled <= limit.Value
            ? double.PositiveInfinity
            : JoulesPerKelvin * KelvinPerWatt * Math.Log((settled - now.Value) / (settled - limit.Value));
    }

    /// <summary>The most that may be drawn for ever without passing a limit; zero when the coolant alone passes it.</summary>
    /// <param name="limit">The temperature that must not be passed.</param>
    /// <param name="coolant">The coolant's constant temperature.</param>
    public Watts MostDraw(Celsius limit, Celsius coolant) =>
        limit <= coolant ? Watts.Zero : Watts.FromWatts((limit.Value - coolant.Value) / KelvinPerWatt);
}
