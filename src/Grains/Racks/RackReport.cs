using ControlPlane.Domain;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Grains.Racks;

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
