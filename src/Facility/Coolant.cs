using ControlPlane.Domain.Units;

namespace ControlPlane.Facility;

/// <summary>How much a coolant warms as it carries heat.</summary>
public static class Coolant
{
    /// <summary>Water at 30 C: 996 kg/m3 times 4,180 J/(kg K), in joules per litre and kelvin.</summary>
    private const double WaterJoulesPerLitreKelvin = 0.996 * 4180;

    /// <summary>Temperature rise of water between inlet and outlet, in kelvin: heat over flow and heat capacity.</summary>
    /// <param name="heat">The heat carried.</param>
    /// <param name="litresPerMinute">The flow, above 0.</param>
    public static double WaterRise(Watts heat, double litresPerMinute)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(litresPerMinute);
        return heat.Value / (litresPerMinute / 60 * WaterJoulesPerLitreKelvin);
    }
}
