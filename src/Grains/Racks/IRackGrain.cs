using ControlPlane.Domain;
using ControlPlane.Domain.Devices;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Placement;
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

/// <summary>A lease whose work is over.</summary>
/// <param name="Key">The lease.</param>
/// <param name="Succeeded">True when the work was done.</param>
/// <param name="Message">What happened, for a person.</param>
/// <param name="Tokens">Tokens made.</param>
/// <param name="Result">The kernel's report, or null.</param>
[GenerateSerializer, Immutable, Alias("LeaseEnd")]
public sealed record LeaseEnd(
    [property: Id(0)] LeaseKey Key,
    [property: Id(1)] bool Succeeded,
    [property: Id(2)] string Message,
    [property: Id(3)] double Tokens,
    [property: Id(4)] KernelResult? Result)
{
    /// <summary>True when the agent had to stop the work, through no fault of the job: it is to be done again.</summary>
    [Id(5)]
    public bool IsInterrupted { get; init; }

    /// <summary>Whose fault it was that the work failed.</summary>
    [Id(6)]
    public Fault Fault { get; init; }
}

/// <summary>Whose fault it was that work failed.</summary>
public enum Fault
{
    /// <summary>Nobody's: it was refused, or its result says so.</summary>
    None = 0,

    /// <summary>The work's own, as far as anybody can tell: an illegal address, a kernel that hangs, a crash.</summary>
    Work = 1,

    /// <summary>The GPU's: its memory, its links, or it is gone.</summary>
    Device = 2,
}

/// <summary>What a rack says about itself.</summary>
/// <param name="Rack">The rack.</param>
/// <param name="Revision">Revision of the orders it follows.</param>
/// <param name="Started">Leases whose work runs and that this activation of the hall has not heard of, with the instant it began.</param>
/// <param name="Ended">Leases whose work is over, repeated until the orders no longer hold them.</param>
/// <param name="Watts">What the rack draws, or null when unknown.</param>
/// <param name="HottestCelsius">Its hottest GPU, or null when unknown.</param>
/// <param name="FailedGpus">GPUs that are not usable.</param>
[GenerateSerializer, Immutable, Alias("RackReport")]
public sealed record RackReport(
    [property: Id(0)] RackId Rack,
    [property: Id(1)] long Revision,
    [property: Id(2)] ValueList<LeaseStart> Started,
    [property: Id(3)] ValueList<LeaseEnd> Ended,
    [property: Id(4)] double? Watts,
    [property: Id(5)] double? HottestCelsius,
    [property: Id(6)] ValueList<GpuId> FailedGpus)
{
    /// <summary>What the building's instruments show of it, or null when nothing is heard of them.</summary>
    [Id(7)]
    public BuildingReading? Building { get; init; }

    /// <summary>Revision of the newest orders whose lowered power limits all its devices are known to keep.</summary>
    [Id(10)]
    public long LimitsRevision { get; init; }

    /// <summary>Nodes whose agent is not heard, and on which nothing that it ran can still run.</summary>
    [Id(8)]
    public ValueList<NodeId> Lost { get; init; } = [];

    /// <summary>Nodes whose agent is heard.</summary>
    [Id(9)]
    public ValueList<NodeId> Heard { get; init; } = [];
}

/// <summary>What a building's instruments show of a rack; null is unknown, never zero.</summary>
/// <param name="Watts">What it draws, at the meter.</param>
/// <param name="SupplyCelsius">Temperature of the coolant that it is given.</param>
/// <param name="ReturnCelsius">Temperature of the coolant that it gives back.</param>
/// <param name="Leaks">True while something leaks: nothing new is placed there.</param>
/// <param name="At">When it was heard.</param>
[GenerateSerializer, Immutable, Alias("BuildingReading")]
public sealed record BuildingReading(
    [property: Id(0)] double? Watts,
    [property: Id(1)] double? SupplyCelsius,
    [property: Id(2)] double? ReturnCelsius,
    [property: Id(3)] bool Leaks,
    [property: Id(4)] DateTimeOffset At)
{
    /// <summary>After this long without a word the building's readings are unknown.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(60);
}

/// <summary>A lease whose work runs.</summary>
/// <param name="Key">The lease.</param>
/// <param name="At">When the work began.</param>
[GenerateSerializer, Immutable, Alias("LeaseStart")]
public readonly record struct LeaseStart([property: Id(0)] LeaseKey Key, [property: Id(1)] DateTimeOffset At);

/// <summary>A reading of one device; null is unknown, never zero.</summary>
/// <param name="Gpu">The device.</param>
/// <param name="Watts">What it draws.</param>
/// <param name="Celsius">Its temperature.</param>
/// <param name="Utilisation">0 to 1.</param>
/// <param name="Failed">True when it is not usable.</param>
/// <param name="Detail">Why, for a person.</param>
[GenerateSerializer, Immutable, Alias("GpuSample")]
public sealed record GpuSample(
    [property: Id(0)] GpuId Gpu,
    [property: Id(1)] double? Watts,
    [property: Id(2)] double? Celsius,
    [property: Id(3)] double? Utilisation,
    [property: Id(4)] bool Failed,
    [property: Id(5)] string Detail)
{
    /// <summary>The power limit that is set on it, as it says itself.</summary>
    [Id(6)]
    public double? LimitWatts { get; init; }

    /// <summary>Why a cap does not hold as it was ordered; empty while it does.</summary>
    [Id(7)]
    public string LimitDetail { get; init; } = "";

    /// <summary>The power limit that the lease that runs was last told to keep, in watts; 0 for the device's own.</summary>
    [Id(11)]
    public double LeaseCapWatts { get; init; }

    /// <summary>Energy drawn since the driver was loaded, in joules; null while unknown.</summary>
    [Id(20)]
    public double? EnergyJoules { get; init; }

    /// <summary>Clock of its processors, in MHz; null while unknown.</summary>
    [Id(21)]
    public double? SmClockMegahertz { get; init; }

    /// <summary>Why its clocks are lowered, as NVML's bits, 0 for no reason; null while unknown.</summary>
    [Id(22)]
    public long? SlowedBecause { get; init; }

    /// <summary>Uncorrected ECC errors since the driver was loaded; null while unknown.</summary>
    [Id(23)]
    public long? UncorrectedErrors { get; init; }

    /// <summary>Memory rows wait to be remapped at the next reset; null while unknown.</summary>
    [Id(24)]
    public bool? RowsPending { get; init; }

    /// <summary>A remapping of memory rows failed; null while unknown.</summary>
    [Id(25)]
    public bool? RowsFailed { get; init; }

    /// <summary>Temperature of the memory beside its die, Celsius; null while unknown.</summary>
    [Id(26)]
    public double? MemoryCelsius { get; init; }

    /// <summary>Clock of its memory, in MHz; null while unknown.</summary>
    [Id(27)]
    public double? MemoryClockMegahertz { get; init; }

    /// <summary>Its links; null while unknown.</summary>
    [Id(28)]
    public CardLinks? Links { get; init; }

    /// <summary>Share of its steps that the running program has done, 0 to 1; null while none runs.</summary>
    [Id(8)]
    public double? Progress { get; init; }

    /// <summary>The running program's newest loss; null before the first.</summary>
    [Id(9)]
    public double? Loss { get; init; }

    /// <summary>Device memory that the running work holds, in bytes; null while none runs.</summary>
    [Id(10)]
    public long? JobMemoryBytes { get; init; }
}
