using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Grains.Racks;

/// <summary>What a rack should be doing.</summary>
/// <param name="Hall">The hall that says so.</param>
/// <param name="Revision">The ledger entry it stands at; a greater one is newer.</param>
/// <param name="Incarnation">The hall activation that says so: a new one has not heard of running work.</param>
/// <param name="Changed">False when the rack's revision is current; then the rest is empty.</param>
/// <param name="Rack">What the rack is.</param>
/// <param name="Leases">Every lease it should hold, and no other, oldest generation first.</param>
[GenerateSerializer, Immutable, Alias("RackOrders")]
public sealed record RackOrders(
    [property: Id(0)] HallId Hall,
    [property: Id(1)] long Revision,
    [property: Id(2)] Guid Incarnation,
    [property: Id(3)] bool Changed,
    [property: Id(4)] RackCard? Rack,
    [property: Id(5)] ValueList<TaskLease> Leases)
{
    /// <summary>True while the caps that are armed on its nodes hold.</summary>
    [Id(6)]
    public bool IsFailsafeOn { get; init; }

    /// <summary>Where the armed caps lie between the lowest that the devices accept (0) and their full limit (1).</summary>
    [Id(7)]
    public double ArmedLevel { get; init; } = 1;
}

/// <summary>What a rack grain must know of its rack.</summary>
/// <param name="Rack">The rack.</param>
/// <param name="Simulated">True when its devices are simulated.</param>
/// <param name="OverheadWatts">Draw of its switches and shelves.</param>
/// <param name="Nodes">Its nodes.</param>
/// <param name="InletCelsius">Temperature of what cools it.</param>
[GenerateSerializer, Immutable, Alias("RackCard")]
public sealed record RackCard(
    [property: Id(0)] RackId Rack,
    [property: Id(1)] bool Simulated,
    [property: Id(2)] double OverheadWatts,
    [property: Id(3)] ValueList<NodeCard> Nodes,
    [property: Id(4)] double InletCelsius);

/// <summary>What a rack grain must know of a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Gpus">How many GPUs.</param>
/// <param name="IdleWatts">A GPU's idle draw.</param>
/// <param name="LimitWatts">A GPU's power limit.</param>
/// <param name="BaseWatts">Draw of all but the GPUs.</param>
[GenerateSerializer, Immutable, Alias("NodeCard")]
public sealed record NodeCard(
    [property: Id(0)] NodeId Node,
    [property: Id(1)] int Gpus,
    [property: Id(2)] double IdleWatts,
    [property: Id(3)] double LimitWatts,
    [property: Id(4)] double BaseWatts)
{
    /// <summary>The lowest power limit that its GPUs accept.</summary>
    [Id(5)]
    public double FloorWatts { get; init; }

    /// <summary>The cap of each of its GPUs at a level between the lowest (0) and the full limit (1).</summary>
    public double CapAt(double level) => FloorWatts + ((LimitWatts - FloorWatts) * level);
}

/// <summary>GPUs of one node held by one task of a job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Generation">The ledger entry that placed it: what devices compare.</param>
/// <param name="Task">Number of the task within the gang.</param>
/// <param name="Node">The node.</param>
/// <param name="Gpus">GPU numbers within the node; empty for a task without GPU.</param>
/// <param name="GpuMilli">1000, or the share of its one GPU.</param>
/// <param name="Work">What to run.</param>
/// <param name="TraceParent">W3C trace context of the job's submission, or empty.</param>
/// <param name="StartedAt">When the gang began, once the ledger knows: a device made anew goes on from there.</param>
[GenerateSerializer, Immutable, Alias("TaskLease")]
public sealed record TaskLease(
    [property: Id(0)] JobId Job,
    [property: Id(1)] long Generation,
    [property: Id(2)] int Task,
    [property: Id(3)] NodeId Node,
    [property: Id(4)] ValueList<int> Gpus,
    [property: Id(5)] int GpuMilli,
    [property: Id(6)] WorkSpec Work,
    [property: Id(7)] string TraceParent,
    [property: Id(8)] DateTimeOffset? StartedAt)
{
    /// <summary>Power limit of its GPUs, in percent of their default.</summary>
    [Id(9)]
    public int PowerPercent { get; init; } = 100;

    /// <summary>Memory slices of its MIG instance, as bits; 0 for whole GPUs and shares.</summary>
    [Id(10)]
    public byte MigSlots { get; init; }

    /// <summary>What a rack tells leases apart by.</summary>
    public LeaseKey Key => new(Job, Generation, Task);
}

/// <summary>What leases are told apart by.</summary>
/// <param name="Job">The job.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Task">Number of the task.</param>
[GenerateSerializer, Immutable, Alias("LeaseKey")]
public readonly record struct LeaseKey(
    [property: Id(0)] JobId Job,
    [property: Id(1)] long Generation,
    [property: Id(2)] int Task);
