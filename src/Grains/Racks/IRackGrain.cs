using ControlPlane.Domain;
using Orleans.Concurrency;

namespace ControlPlane.Grains.Racks;

/// <summary>One rack: makes the leases that placement decided real, and reports what is. Key: <c>rack/&lt;name&gt;</c>.</summary>
[Alias("IRackGrain")]
public interface IRackGrain : IGrainWithStringKey
{
    /// <summary>Says what the rack should be doing. Orders of an older revision change nothing.</summary>
    [OneWay, Alias("Assign")]
    Task Assign(RackOrders orders);

    /// <summary>
    /// Fires the caps that are armed on the rack's nodes, ahead of the orders that say so; even while the rack waits for an
    /// answer, since the hall that gives it may be busy with the very excursion.
    /// </summary>
    /// <param name="revision">The entry that will say so: older orders do not release them.</param>
    /// <param name="level">Where they lie between the lowest that the devices accept (0) and their full limit (1).</param>
    [OneWay, AlwaysInterleave, Alias("Fire")]
    Task Fire(long revision, double level);

    /// <summary>A GPU of the rack finished or lost a lease.</summary>
    [OneWay, Alias("Ended")]
    Task Ended(LeaseEnd end);

    /// <summary>A node's agent was heard, with readings of its devices. Answered only when it is known: then the agent may work on.</summary>
    /// <param name="node">The node.</param>
    /// <param name="samples">The readings; none where it has only connected.</param>
    /// <param name="unanswered">How long no host had answered the agent when it said so.</param>
    [AlwaysInterleave, Alias("Observe")]
    Task Observe(NodeId node, ValueList<GpuSample> samples, TimeSpan unanswered);

    /// <summary>The hall that the rack stands in; null while it has heard of none.</summary>
    [AlwaysInterleave, Alias("Hall")]
    Task<HallId?> Hall();

    /// <summary>What the building's own instruments show of the rack.</summary>
    [OneWay, Alias("ObserveBuilding")]
    Task ObserveBuilding(BuildingReading reading);
}
