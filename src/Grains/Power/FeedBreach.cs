using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Grains.Power;

/// <summary>A breach of a load target that is open, as it was last told.</summary>
/// <param name="BreachId">The same from its beginning to its end, whatever restarts in between.</param>
/// <param name="Status">active or escalated.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Measured">What the meter showed.</param>
/// <param name="DetectedAt">When it was found.</param>
/// <param name="Target">The target that it is about.</param>
[GenerateSerializer, Immutable, Alias("FeedBreach")]
public sealed record FeedBreach(
    [property: Id(0)] string BreachId,
    [property: Id(1)] BreachStatus Status,
    [property: Id(2)] BreachSeverity Severity,
    [property: Id(3)] Watts Measured,
    [property: Id(4)] DateTimeOffset DetectedAt,
    [property: Id(5)] FeedTarget Target);
