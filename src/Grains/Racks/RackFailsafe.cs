using ControlPlane.Domain;
using ControlPlane.Grains.Gpus;

namespace ControlPlane.Grains.Racks;

/// <summary>
/// The caps that are armed on the nodes of one rack. A signal has them hold at once, on whatever thread it comes in; the
/// rack's orders follow later and keep or release them. Devices know their range beforehand: a signal brings one number.
/// </summary>
internal sealed class RackFailsafe(SimulatedFleet fleet, FailsafeLine line)
{
    private readonly Lock _gate = new();
    private RackCard? _card;
    private (GpuId Gpu, NodeCard Node)[] _devices = [];
    private (long Revision, double Level) _signal = (-1, 1);
    private (Guid Authority, long Revision) _followed = (default, -1);
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

    /// <summary>The caps of an agent's devices as they are to hold now; nothing for simulated ones, which heard already.</summary>
    public IReadOnlyList<(GpuId Gpu, ArmedCap Cap)> AgentCaps
    {
        get
        {
            lock (_gate)
                return _card is { Simulated: false } ? [.. _devices.Select(device => (device.Gpu, CapOf(device.Node)))] : [];
        }
    }

    /// <summary>A signal. One that is older than the orders the rack follows changes nothing, nor one before any orders.</summary>
    /// <param name="revision">The entry that will say so.</param>
    /// <param name="level">Where the caps lie between the lowest that the devices accept (0) and their full limit (1).</param>
    public void Fire(long revision, double level)
    {
        lock (_gate)
        {
            if (_followed.Revision < 0 || revision <= _followed.Revision || revision < _signal.Revision)
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
            _followed = (orders.Incarnation, orders.Revision);
            if (isNewHall)
                _signal = (-1, 1);
            if (_card != orders.Rack)
                Arm(orders.Rack);
            Hold(_signal.Revision > orders.Revision ? _signal.Level : orders.IsFailsafeOn ? orders.ArmedLevel : null);
        }
    }

    private void Arm(RackCard? card)
    {
        Hold(null);
        (_card, _devices) = (card, card is null ? [] : [.. card.Nodes.SelectMany(node => Enumerable.Range(0, node.Gpus).Select(gpu => (GrainKeys.GpuOf(node.Node, gpu), node)))]);
    }

    private void Hold(double? level)
    {
        if (level == _heldAt)
            return;
        _heldAt = level;
        if (_card is { Simulated: true })
        {
            foreach (var (gpu, node) in _devices)
                fleet.Fire(gpu, CapOf(node).Watts);
            return;
        }
        foreach (var node in _card?.Nodes ?? [])
            line.Tell(node.Node, CapOf(node));
    }

    private ArmedCap CapOf(NodeCard node) =>
        new(_followed.Authority, Math.Max(_signal.Revision, _followed.Revision), _heldAt is { } level ? node.CapAt(level) : 0);
}
