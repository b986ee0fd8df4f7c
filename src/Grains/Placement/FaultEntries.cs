using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>A whole rack failed, was cordoned or drained, or is ready again: one fact, however many nodes it has. What each node is by itself stays.</summary>
[GenerateSerializer, Immutable, Alias("RackConditionChanged")]
internal sealed record RackConditionChanged(
    long Sequence, DateTimeOffset At, [property: Id(0)] RackId Rack, [property: Id(1)] RackState State, [property: Id(2)] string Because)
    : LedgerEntry(Sequence, At);

/// <summary>Health keeps new work off a node, for other alerts than before, or no longer: <paramref name="Alerts"/> is empty then.</summary>
[GenerateSerializer, Immutable, Alias("NodeHealthChanged")]
internal sealed record NodeHealthChanged(
    long Sequence, DateTimeOffset At, [property: Id(0)] NodeId Node, [property: Id(1)] string Alerts, [property: Id(2)] string Message)
    : LedgerEntry(Sequence, At)
{
    /// <summary>True when what runs there is moved off, too.</summary>
    [Id(3)]
    public bool Drains { get; init; }
}

/// <summary>A node's agent is not heard any more and nothing that it ran can still run, or it is heard again.</summary>
[GenerateSerializer, Immutable, Alias("NodeReachChanged")]
internal sealed record NodeReachChanged(long Sequence, DateTimeOffset At, [property: Id(0)] NodeId Node, [property: Id(1)] bool IsLost)
    : LedgerEntry(Sequence, At);

/// <summary>Other ranks of a job than before are stragglers; none when <paramref name="Ranks"/> is empty.</summary>
[GenerateSerializer, Immutable, Alias("StragglersChanged")]
internal sealed record StragglersChanged(
    long Sequence, DateTimeOffset At, [property: Id(0)] JobId Job, [property: Id(1)] ValueList<int> Ranks, [property: Id(2)] string Message)
    : LedgerEntry(Sequence, At);
