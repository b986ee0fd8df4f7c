using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>What is told of a breach.</summary>
/// <param name="BreachId">The same from its beginning to its end.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Severity">How bad it is; of a resolved one, how bad it was.</param>
/// <param name="Measured">What the meter shows.</param>
/// <param name="DetectedAt">When it was found.</param>
/// <param name="ResolvedAt">When it was over, or null.</param>
public sealed record BreachAlert(
    string BreachId, BreachStatus Status, BreachSeverity Severity, Watts Measured, TimeSpan DetectedAt, TimeSpan? ResolvedAt);
