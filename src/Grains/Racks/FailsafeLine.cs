using System.Collections.Concurrent;
using ControlPlane.Domain;
using ControlPlane.Grains.Gpus;

namespace ControlPlane.Grains.Racks;

/// <summary>
/// Where signals for armed caps reach racks whose grains live in this process: by a call, on the thread of the hall that
/// gives them. A message, even one way, waits behind whatever the silo is doing; measured on two busy cores the last of 313
/// racks had it after half a second.
/// </summary>
internal sealed class FailsafeLine(SimulatedFleet fleet)
{
    private readonly ConcurrentDictionary<RackId, RackFailsafe> _racks = new();

    /// <summary>A rack's grain begins here.</summary>
    public RackFailsafe Join(RackId rack) => _racks[rack] = new RackFailsafe(fleet);

    /// <summary>A rack's grain ends here, unless another activation has taken over.</summary>
    public void Leave(RackId rack, RackFailsafe failsafe) => _racks.TryRemove(new(rack, failsafe));

    /// <summary>Has the caps of a rack hold, when its grain is here.</summary>
    public void Fire(RackId rack, long revision, double level)
    {
        if (_racks.TryGetValue(rack, out var failsafe))
            failsafe.Fire(revision, level);
    }
}
