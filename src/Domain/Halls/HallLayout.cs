using Orleans;

namespace ControlPlane.Domain.Halls;

/// <summary>
/// What stands in a hall and how it hangs together, as flat lists that refer to one another by index.
/// It says what exists and what is rated, never what is in use. An index of -1 means "none".
/// </summary>
/// <param name="Hall">The hall.</param>
/// <param name="Jurisdiction">The law the hall stands under, such as <c>us-tx</c>; empty when not stated.</param>
/// <param name="GpuModels">The GPU models present; nodes refer to them by index.</param>
/// <param name="Racks">The racks.</param>
/// <param name="Nodes">The nodes; a rack's nodes are adjacent, in order.</param>
/// <param name="PowerDomains">The electrical tree: a parent comes before its children.</param>
/// <param name="CoolingLoops">The cooling loops and air zones.</param>
/// <param name="Links">Trunks, one for each leaf and spine group that has an uplink.</param>
/// <param name="Queues">The queues, with their limits in this hall.</param>
[GenerateSerializer, Immutable, Alias("HallLayout")]
public sealed record HallLayout(
    [property: Id(0)] HallId Hall,
    [property: Id(1)] string Jurisdiction,
    [property: Id(2)] ValueList<HallGpuModel> GpuModels,
    [property: Id(3)] ValueList<HallRack> Racks,
    [property: Id(4)] ValueList<HallNode> Nodes,
    [property: Id(5)] ValueList<HallPowerDomain> PowerDomains,
    [property: Id(6)] ValueList<HallCoolingLoop> CoolingLoops,
    [property: Id(7)] ValueList<HallLink> Links,
    [property: Id(8)] ValueList<HallQueue> Queues)
{
    /// <summary>The datasets that are known, and who may read them here.</summary>
    [Id(9)]
    public ValueList<HallDataset> Datasets { get; init; } = [];

    /// <summary>When nodes are not for everybody.</summary>
    [Id(10)]
    public ValueList<HallWindow> Windows { get; init; } = [];

    /// <summary>True where jobs may bring kernels of their own.</summary>
    [Id(11)]
    public bool TakesTenantKernels { get; init; }

    /// <summary>How many GPUs stand in the hall.</summary>
    public int GpuCount => Nodes.Sum(node => node.Gpus);
}

/// <summary>A GPU model as a hall needs it: its name and its power.</summary>
/// <param name="Name">The catalogue's name, such as <c>H100-SXM5-80GB</c>.</param>
/// <param name="Idle">Draw when nothing runs.</param>
/// <param name="Limit">Default power limit: what a leased GPU may draw.</param>
/// <param name="RunsKernels">True for a device that executes real kernels through an agent.</param>
[GenerateSerializer, Immutable, Alias("HallGpuModel")]
public sealed record HallGpuModel(
    [property: Id(0)] string Name,
    [property: Id(1)] Units.Watts Idle,
    [property: Id(2)] Units.Watts Limit,
    [property: Id(3)] bool RunsKernels)
{
    /// <summary>The lowest power limit it accepts; zero when unknown.</summary>
    [Id(4)]
    public Units.Watts MinimumLimit { get; init; }

    /// <summary>How it can be cut into instances; null when it cannot.</summary>
    [Id(5)]
    public MigGeometry? Mig { get; init; }

    /// <summary>The power limit in force at so many percent of the default, never below the lowest it accepts.</summary>
    public Units.Watts LimitAt(int percent) =>
        Units.Watts.FromMilliwatts(Math.Max(Limit.Milliwatts * percent / 100, MinimumLimit.Milliwatts));
}

/// <summary>A rack.</summary>
/// <param name="Id">The rack's name.</param>
/// <param name="Type">Its catalogue type.</param>
/// <param name="Row">Row number within the hall, from 0.</param>
/// <param name="Leaf">Leaf group number within the hall, or -1.</param>
/// <param name="Spine">Spine group number within the hall, or -1.</param>
/// <param name="PowerDomain">Index of the rack's own power domain, a leaf of the electrical tree, or -1.</param>
/// <param name="LeafLink">Index of the trunk above the rack's leaf, or -1 when it is not limited.</param>
/// <param name="SpineLink">Index of the trunk above the rack's spine group, or -1 when it is not limited.</param>
/// <param name="Cooling">Which loops carry the rack's heat, and what share each; shares sum to at most 1.</param>
/// <param name="FirstNode">Index of the rack's first node.</param>
/// <param name="NodeCount">How many nodes it holds.</param>
/// <param name="Overhead">Power of switches and shelves that is drawn whether or not jobs run.</param>
/// <param name="Simulated">True when its devices are simulated, false when an agent owns them.</param>
[GenerateSerializer, Immutable, Alias("HallRack")]
public sealed record HallRack(
    [property: Id(0)] RackId Id,
    [property: Id(1)] string Type,
    [property: Id(2)] int Row,
    [property: Id(3)] int Leaf,
    [property: Id(4)] int Spine,
    [property: Id(5)] int PowerDomain,
    [property: Id(6)] int LeafLink,
    [property: Id(7)] int SpineLink,
    [property: Id(8)] ValueList<CoolingShare> Cooling,
    [property: Id(9)] int FirstNode,
    [property: Id(10)] int NodeCount,
    [property: Id(11)] Units.Watts Overhead,
    [property: Id(12)] bool Simulated);

/// <summary>A share of a rack's heat that one loop carries.</summary>
/// <param name="Loop">Index of the loop.</param>
/// <param name="Share">0 to 1.</param>
[GenerateSerializer, Immutable, Alias("CoolingShare")]
public readonly record struct CoolingShare([property: Id(0)] int Loop, [property: Id(1)] double Share);

/// <summary>A node (tray).</summary>
/// <param name="Id">The node's name.</param>
/// <param name="Rack">Index of its rack.</param>
/// <param name="GpuModel">Index of its GPU model, or -1 without GPUs.</param>
/// <param name="Gpus">How many GPUs it holds.</param>
/// <param name="CpuMilli">Thousandths of a CPU core that jobs may use.</param>
/// <param name="Memory">Memory that jobs may use.</param>
/// <param name="Base">Draw of everything but the GPUs: CPUs, memory, fans.</param>
/// <param name="NvlinkDomain">Number of its NVLink domain within the hall, or -1.</param>
/// <param name="NetworkPerGpu">Scale-out bandwidth of one GPU's adapter; zero when not limited.</param>
[GenerateSerializer, Immutable, Alias("HallNode")]
public sealed record HallNode(
    [property: Id(0)] NodeId Id,
    [property: Id(1)] int Rack,
    [property: Id(2)] int GpuModel,
    [property: Id(3)] int Gpus,
    [property: Id(4)] int CpuMilli,
    [property: Id(5)] Units.Gibibytes Memory,
    [property: Id(6)] Units.Watts Base,
    [property: Id(7)] int NvlinkDomain,
    [property: Id(8)] Units.GigabitsPerSecond NetworkPerGpu);

/// <summary>A node of the electrical tree.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Kind">feed, ups, pdu, busway or rack.</param>
/// <param name="Parent">Index of the domain that feeds it, or -1.</param>
/// <param name="Limit">The limit in force when nothing else is said: rating times continuous share.</param>
[GenerateSerializer, Immutable, Alias("HallPowerDomain")]
public sealed record HallPowerDomain(
    [property: Id(0)] PowerDomainId Id,
    [property: Id(1)] string Kind,
    [property: Id(2)] int Parent,
    [property: Id(3)] Units.Watts Limit)
{
    /// <summary>Indexes of the domains that carry its load in equal parts when it fails; none is above or below it.</summary>
    [Id(4)]
    public ValueList<int> BackedBy { get; init; } = [];

    /// <summary>The most that may be booked over its limit, going by what was observed; 1 when nothing may.</summary>
    [Id(5)]
    public double MostBooked { get; init; } = 1;
}

/// <summary>A cooling loop or air zone.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Capacity">The heat it can carry away.</param>
/// <param name="Supply">Temperature of what it supplies.</param>
[GenerateSerializer, Immutable, Alias("HallCoolingLoop")]
public sealed record HallCoolingLoop(
    [property: Id(0)] CoolingLoopId Id,
    [property: Id(1)] Units.Watts Capacity,
    [property: Id(2)] Units.Celsius Supply);

/// <summary>A trunk of the fabric.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Capacity">Bandwidth in one direction.</param>
[GenerateSerializer, Immutable, Alias("HallLink")]
public sealed record HallLink([property: Id(0)] LinkId Id, [property: Id(1)] Units.GigabitsPerSecond Capacity);

/// <summary>A queue as a hall sees it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Parent">Index of the parent queue, which comes before it, or -1.</param>
/// <param name="LimitMilliGpu">Most GPUs its jobs may hold in this hall, in thousandths; -1 without limit.</param>
[GenerateSerializer, Immutable, Alias("HallQueue")]
public sealed record HallQueue(
    [property: Id(0)] QueueId Id,
    [property: Id(1)] int Parent,
    [property: Id(2)] long LimitMilliGpu)
{
    /// <summary>
    /// GPUs its jobs, its descendants' included, are guaranteed in this hall, in thousandths; -1 when no quota is set:
    /// then all it holds counts as its own and nothing is reclaimed from it.
    /// </summary>
    [Id(3)]
    public long QuotaMilliGpu { get; init; } = -1;

    /// <summary>Its part, against its siblings, of what is left beyond everybody's quota; 0 or more.</summary>
    [Id(4)]
    public double OverQuotaWeight { get; init; } = 1;
}

/// <summary>Nodes that are kept from one instant until another.</summary>
/// <param name="Name">What operators call it.</param>
/// <param name="Nodes">Indexes of the nodes, ascending.</param>
/// <param name="From">The first instant of it.</param>
/// <param name="Until">The first instant after it.</param>
[GenerateSerializer, Immutable, Alias("HallWindow")]
public sealed record HallWindow(
    [property: Id(0)] string Name,
    [property: Id(1)] ValueList<int> Nodes,
    [property: Id(2)] DateTimeOffset From,
    [property: Id(3)] DateTimeOffset Until)
{
    /// <summary>The queue they are kept for, or null.</summary>
    [Id(4)]
    public QueueId? Queue { get; init; }

    /// <summary>The job they are kept for, or null; with neither they are for nobody, as for maintenance.</summary>
    [Id(5)]
    public JobId? Job { get; init; }
}

/// <summary>A dataset as a hall sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MayBeReadHere">Whether the hall's jurisdiction is one of those it may be read in.</param>
/// <param name="Queues">The queues whose jobs may read it; empty for every queue.</param>
[GenerateSerializer, Immutable, Alias("HallDataset")]
public sealed record HallDataset(
    [property: Id(0)] string Name,
    [property: Id(1)] bool MayBeReadHere,
    [property: Id(2)] ValueList<string> Queues);
