using ControlPlane.Domain;

namespace ControlPlane.Grains.Placement;

/// <summary>A cooling loop carries no heat any more, as after its pump failed, or carries it again.</summary>
[GenerateSerializer, Immutable, Alias("LoopChanged")]
internal sealed record LoopChanged(
    long Sequence, DateTimeOffset At, [property: Id(0)] CoolingLoopId Loop, [property: Id(1)] bool IsLost, [property: Id(2)] string Because)
    : LedgerEntry(Sequence, At);

/// <summary>A rack is too hot for more work, or, with no reason, no longer.</summary>
[GenerateSerializer, Immutable, Alias("RackHeatChanged")]
internal sealed record RackHeatChanged(long Sequence, DateTimeOffset At, [property: Id(0)] RackId Rack, [property: Id(1)] string Because)
    : LedgerEntry(Sequence, At);
