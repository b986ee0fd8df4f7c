using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;

namespace ControlPlane.Grains.Placement;

/// <summary>A hall in figures, at one instant.</summary>
/// <param name="Hall">The hall.</param>
/// <param name="Sequence">The ledger's last entry.</param>
/// <param name="Gpus">GPUs that stand in it.</param>
/// <param name="FreeGpus">GPUs wholly free on usable nodes.</param>
/// <param name="Waiting">Jobs that wait.</param>
/// <param name="Running">Jobs that hold GPUs.</param>
/// <param name="Ended">Jobs that ended, since the hall's first day.</param>
/// <param name="Tokens">Tokens of ended jobs.</param>
/// <param name="Power">Each power domain.</param>
/// <param name="Cooling">Each loop.</param>
/// <param name="Links">Each trunk.</param>
/// <param name="Racks">Each rack.</param>
/// <param name="Queues">Each queue.</param>
/// <param name="Jobs">The first jobs that wait or run, at most 200.</param>
[GenerateSerializer, Immutable, Alias("HallView")]
public sealed record HallView(
    [property: Id(0)] HallId Hall,
    [property: Id(1)] long Sequence,
    [property: Id(2)] int Gpus,
    [property: Id(3)] int FreeGpus,
    [property: Id(4)] int Waiting,
    [property: Id(5)] int Running,
    [property: Id(6)] long Ended,
    [property: Id(7)] double Tokens,
    [property: Id(8)] ValueList<PowerView> Power,
    [property: Id(9)] ValueList<CoolingView> Cooling,
    [property: Id(10)] ValueList<LinkView> Links,
    [property: Id(11)] ValueList<RackView> Racks,
    [property: Id(12)] ValueList<QueueView> Queues,
    [property: Id(13)] ValueList<JobView> Jobs);

/// <summary>A power domain in figures.</summary>
/// <param name="Domain">Its name.</param>
/// <param name="Kind">feed, ups, pdu, busway or rack.</param>
/// <param name="Parent">What feeds it, or null.</param>
/// <param name="Limit">The limit in force.</param>
/// <param name="Committed">What placement has committed.</param>
/// <param name="Observed">What its racks draw; a rack that is unknown counts with what is committed to it.</param>
/// <param name="IsEstimate">True when a rack below it is unknown.</param>
[GenerateSerializer, Immutable, Alias("PowerView")]
public sealed record PowerView(
    [property: Id(0)] PowerDomainId Domain,
    [property: Id(1)] string Kind,
    [property: Id(2)] PowerDomainId? Parent,
    [property: Id(3)] Watts Limit,
    [property: Id(4)] Watts Committed,
    [property: Id(5)] Watts Observed,
    [property: Id(6)] bool IsEstimate)
{
    /// <summary>Its limit as declared, when nobody asked for another one.</summary>
    [Id(7)]
    public Watts Rating { get; init; }

    /// <summary>What may be booked over the limit, going by what is drawn; 1 for no more than it.</summary>
    [Id(8)]
    public double BookedOver { get; init; } = 1;

    /// <summary>True while caps armed on the nodes hold for it.</summary>
    [Id(9)]
    public bool IsFailsafeOn { get; init; }
}

/// <summary>A cooling loop in figures.</summary>
/// <param name="Loop">Its name.</param>
/// <param name="Capacity">Heat it can carry.</param>
/// <param name="Committed">Heat committed to it.</param>
[GenerateSerializer, Immutable, Alias("CoolingView")]
public sealed record CoolingView(
    [property: Id(0)] CoolingLoopId Loop,
    [property: Id(1)] Watts Capacity,
    [property: Id(2)] Watts Committed)
{
    /// <summary>True while it carries no heat.</summary>
    [Id(3)]
    public bool IsLost { get; init; }
}

/// <summary>A trunk in figures.</summary>
/// <param name="Link">Its name.</param>
/// <param name="Up">False while out of use.</param>
/// <param name="Capacity">Its bandwidth.</param>
/// <param name="Reserved">Bandwidth that gangs hold on it.</param>
[GenerateSerializer, Immutable, Alias("LinkView")]
public sealed record LinkView(
    [property: Id(0)] LinkId Link,
    [property: Id(1)] bool Up,
    [property: Id(2)] GigabitsPerSecond Capacity,
    [property: Id(3)] GigabitsPerSecond Reserved)
{
    /// <summary>Why it is out of use; empty while it is in use, or when nobody said why.</summary>
    [Id(20)]
    public string Because { get; init; } = "";

    /// <summary>What it carries, as last read; null when unknown.</summary>
    [Id(21)]
    public Links.LinkReading? Reading { get; init; }
}

/// <summary>A rack in figures.</summary>
/// <param name="Rack">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Gpus">GPUs in it.</param>
/// <param name="LeasedGpus">GPUs of it that some job holds, wholly or in part.</param>
/// <param name="Observed">What it draws, or null when unknown.</param>
/// <param name="Hottest">Its hottest GPU, or null when unknown.</param>
/// <param name="LastReport">When it last reported, or null when it never did.</param>
[GenerateSerializer, Immutable, Alias("RackView")]
public sealed record RackView(
    [property: Id(0)] RackId Rack,
    [property: Id(1)] string Type,
    [property: Id(2)] int Gpus,
    [property: Id(3)] int LeasedGpus,
    [property: Id(4)] Watts? Observed,
    [property: Id(5)] Celsius? Hottest,
    [property: Id(6)] DateTimeOffset? LastReport)
{
    /// <summary>Temperature of the coolant that it is given, as the building says; null when unknown.</summary>
    [Id(7)]
    public Celsius? Supply { get; init; }

    /// <summary>Temperature of the coolant that it gives back, as the building says; null when unknown.</summary>
    [Id(8)]
    public Celsius? Return { get; init; }

    /// <summary>Whether the building says that something leaks; null when it says nothing.</summary>
    [Id(9)]
    public bool? Leaks { get; init; }

    /// <summary>True while caps armed on its nodes hold.</summary>
    [Id(10)]
    public bool IsFailsafeOn { get; init; }

    /// <summary>What was set for it as a whole.</summary>
    [Id(20)]
    public Scheduling.RackState State { get; init; }

    /// <summary>Its nodes that take nothing new.</summary>
    [Id(21)]
    public ValueList<ClosedNode> Closed { get; init; } = [];
}

/// <summary>A node that takes nothing new.</summary>
/// <param name="Node">The node.</param>
/// <param name="Condition">What holds for it.</param>
/// <param name="Because">Why.</param>
[GenerateSerializer, Immutable, Alias("ClosedNode")]
public sealed record ClosedNode(
    [property: Id(0)] NodeId Node,
    [property: Id(1)] Scheduling.NodeCondition Condition,
    [property: Id(2)] string Because);

/// <summary>A queue in figures.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="UsedGpus">GPUs its jobs hold in the hall, its children's included.</param>
/// <param name="LimitGpus">The most they may hold, or null.</param>
/// <param name="Waiting">Its own jobs that wait.</param>
[GenerateSerializer, Immutable, Alias("QueueView")]
public sealed record QueueView(
    [property: Id(0)] QueueId Queue,
    [property: Id(1)] double UsedGpus,
    [property: Id(2)] double? LimitGpus,
    [property: Id(3)] int Waiting);

/// <summary>A job in one line.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Phase">Where it is.</param>
/// <param name="Gpus">GPUs it asks for.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="Message">The last decision's dominant reason.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
[GenerateSerializer, Immutable, Alias("JobView")]
public sealed record JobView(
    [property: Id(0)] JobId Job,
    [property: Id(1)] QueueId Queue,
    [property: Id(2)] JobPhase Phase,
    [property: Id(3)] double Gpus,
    [property: Id(4)] int Priority,
    [property: Id(5)] string Message,
    [property: Id(6)] DateTimeOffset SubmittedAt);

/// <summary>Something that happened in a hall.</summary>
/// <param name="Sequence">The ledger entry.</param>
/// <param name="At">When.</param>
/// <param name="Kind">What kind of thing, such as <c>JobPlaced</c>.</param>
/// <param name="Subject">What it happened to, such as <c>Job/train-1</c>.</param>
/// <param name="Message">What happened, for a person.</param>
[GenerateSerializer, Immutable, Alias("HallEvent")]
public sealed record HallEvent(
    [property: Id(0)] long Sequence,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string Kind,
    [property: Id(3)] string Subject,
    [property: Id(4)] string Message);

/// <summary>A page of events.</summary>
/// <param name="Events">The events, oldest first.</param>
/// <param name="OldestKept">The oldest sequence number that can still be asked for.</param>
/// <param name="Last">The ledger's last sequence number.</param>
[GenerateSerializer, Immutable, Alias("HallEvents")]
public sealed record HallEvents(
    [property: Id(0)] ValueList<HallEvent> Events,
    [property: Id(1)] long OldestKept,
    [property: Id(2)] long Last);
