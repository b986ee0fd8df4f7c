using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Cooling;

/// <summary>
/// The liquid loop of a rack or row behind its cooling distribution unit. It fails in two ways that leave very different
/// times. When the facility's water is lost the coolant still turns and warms as a whole: about a minute. When the loop's
/// own flow is lost every die has only itself and its plate: seconds (<see cref="ThermalMass.UntilWithoutFlow"/>).
/// </summary>
/// <param name="Kilograms">Coolant in the loop, above 0; 100 kg for a rack is an assumption of this project's figures.</param>
/// <param name="Coolant">The coolant.</param>
/// <param name="Flow">Its flow.</param>
public sealed record CoolantLoop(double Kilograms, Fluid Coolant, FluidFlow Flow)
{
    /// <summary>The coolant's heat capacity.</summary>
    public HeatCapacity Capacity => HeatCapacity.OfLoop(Kilograms, Coolant);

    /// <summary>The supply's temperature a step later: heat goes in, and what the exchanger takes goes out.</summary>
    /// <param name="supply">The temperature at the start.</param>
    /// <param name="heat">What the racks put in, 0 or more.</param>
    /// <param name="facilityWater">Temperature of the facility's water, or null when it is lost.</param>
    /// <param name="exchangerWattsPerKelvin">What the exchanger takes for each kelvin above the facility's water, above 0.</param>
    /// <param name="time">Not negative.</param>
    public Celsius After(Celsius supply, Watts heat, Celsius? facilityWater, double exchangerWattsPerKelvin, TimeSpan time)
    {
        if (facilityWater is not { } water)
            return Capacity.After(supply, heat, time);
        return new ThermalMass(Capacity.JoulesPerKelvin, 1 / Require.Positive(exchangerWattsPerKelvin)).After(supply, heat, water, time);
    }

    /// <summary>Seconds from the loss of the facility's water until the supply reaches its limit.</summary>
    /// <param name="supply">The supply's temperature then.</param>
    /// <param name="limit">The temperature that must not be reached.</param>
    /// <param name="heat">What the racks put in, 0 or more.</param>
    public double SecondsWithoutFacilityWater(Celsius supply, Celsius limit, Watts heat) =>
        Capacity.SecondsToRise(heat, Math.Max(0, limit.Value - supply.Value));

    /// <summary>The return's temperature.</summary>
    /// <param name="supply">The supply's temperature.</param>
    /// <param name="heat">What the racks put in, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Heat meets no flow.</exception>
    public Celsius Return(Celsius supply, Watts heat)
    {
        var rise = Flow.RiseKelvin(heat, Coolant);
        return double.IsFinite(rise)
            ? Celsius.FromDegrees(supply.Value + rise)
            : throw new ArgumentOutOfRangeException(nameof(heat), heat, "A loop without flow has no return temperature.");
    }
}
