using ControlPlane.Domain.Units;
using ControlPlane.Facility.Cooling;

namespace ControlPlane.Simulation.Twin;

/// <summary>A cooling loop or air zone of a virtual hall.</summary>
/// <param name="name">Its name.</param>
/// <param name="supply">Temperature of what it supplies.</param>
public sealed class TwinLoop(string name, Celsius supply)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Temperature of what it supplies now.</summary>
    public Celsius Supply { get; set; } = supply;

    /// <summary>What the coolant holds, for a loop that may lose facility water; null for one that never does.</summary>
    public HeatCapacity? Coolant { get; init; }

    /// <summary>True while nothing flows: dies keep their heat.</summary>
    public bool IsFlowLost { get; set; }

    /// <summary>True while the loop flows but gives its heat to nothing.</summary>
    public bool IsWaterLost { get; set; }

    /// <summary>Which rack breathes whose air, over the loop's racks in order; null when each breathes supply air.</summary>
    public Recirculation? Recirculation { get; init; }

    /// <summary>Heat it takes up.</summary>
    public double HeatWatts { get; internal set; }
}
