using ControlPlane.Domain;
using ControlPlane.Grains.Gpus;

namespace ControlPlane.Grains.Racks;

/// <summary>
/// The caps that are armed on the nodes of one rack. A signal has them hold at once, on whatever thread it comes in; the
/// rack's orders follow later and keep or release them. Devices know their range beforehand: a signal brings one number.
/// </summary>
internal sealed class RackFailsafe(SimulatedFleet fleet)
{
    private readonly Lock _gate = new();
    private RackCard? _card;
    private (GpuId Gpu, NodeCard Node)[] _devices = [];
    private (long Revision, double Level) _signal = (-1, 1);
    private long _followed = -1;
    private double? _heldAt;

    /// <summary>True while the armed caps hold.</summary>
    public bool Holds
    {
        get
        {
            lock (_gate)
                return _heldAt is not null;
        }
    }

    /// <summary>A signal. One that is older than the orders the rack follows changes nothing, nor one before any orders.</summary>
    /// <param name="revision">The entry that will say so.</param>
    /// <param name="level">Where the caps lie between the lowest that the devices accept (0) and their full limit (1).</param>
    public void Fire(long revision, double level)
    {
        lock (_gate)
        {
            if (_followed < 0 || revision <= _followed || revision < _signal.Revision)
                return;
            _signal = (revision, level);
            Hold(level);
        }
    }

    /// <summary>Newer orders. A signal that runs ahead of its entry holds, but not longer than the hall that gave it.</summary>
    /// <param name="orders">The orders.</param>
    /// <param name="isNewHall">True when the hall has started anew since the last orders, or these are the first.</param>
    public void Follow(RackOrders orders, bool isNewHall)
    {
        lock (_gate)
        {
            _followed = orders.Revision;
            if (_card != orders.Rack)
                Arm(orders.Rack);
            if (isNewHall)
                _signal = (-1, 1);
            Hold(_signal.Revision > orders.Revision ? _signal.Level : orders.IsFailsafeOn ? orders.ArmedLevel : null);
        }
    }

    private void Arm(RackCard? card)
    {
        Hold(null);
        // Devices of agents have limits that nobody sets yet.
        var nodes = card is { Simulated: true } ? card.Nodes : [];
        (_card, _devices) = (card, [.. nodes.SelectMany(node => Enumerable.Range(0, node.Gpus).Select(gpu => (GrainKeys.GpuOf(node.Node, gpu), node)))]);
    }

    private void Hold(double? level)
    {
        if (level == _heldAt)
            return;
        _heldAt = level;
        foreach (var (gpu, node) in _devices)
            fleet.Fire(gpu, level is { } at ? node.CapAt(at) : 0);
    }
}
