using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Units;
using ControlPlane.Facility;
using ControlPlane.Facility.Cooling;

namespace ControlPlane.Simulation.Events;

/// <summary>How a GPU of the catalogue loses its heat, and how warm its die may be.</summary>
public static class DieCooling
{
    /// <summary>
    /// Behind a cold plate, or behind a heat sink: whoever sells a part to be cooled by air gave it one for all of its power in
    /// the warmest air that is recommended (27 C), so a part beyond 700 W has a better one than those.
    /// </summary>
    public static ThermalMass Of(GpuModel gpu, bool isLiquid)
    {
        ArgumentNullException.ThrowIfNull(gpu);
        if (isLiquid)
            return ThermalMass.ColdPlate;
        var needed = (Limit(gpu).Value - AirClass.Recommended.Warmest.Value) / gpu.LimitWatts.Value;
        return ThermalMass.HeatSink with { KelvinPerWatt = Math.Min(ThermalMass.HeatSink.KelvinPerWatt, needed) };
    }

    /// <summary>The margin of the product's own heat watch below throttling; 87 C where the catalogue knows no figure.</summary>
    public static Celsius Limit(GpuModel gpu)
    {
        ArgumentNullException.ThrowIfNull(gpu);
        return Celsius.FromDegrees((gpu.SlowdownCelsius?.Value ?? HeatWatch.Default.Slowdown.Value) - HeatWatch.Default.Margin);
    }
}
