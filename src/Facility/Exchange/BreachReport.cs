using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Facility.Exchange;

/// <summary>What the grid is told of a breach.</summary>
/// <param name="Feed">The feed.</param>
/// <param name="BreachId">The same from its beginning to its end.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Severity">How bad it is; never <see cref="BreachSeverity.None"/>.</param>
/// <param name="DetectedAt">When it was found.</param>
/// <param name="ResolvedAt">When it was over, or null.</param>
/// <param name="CorrelationId">The target that is not kept.</param>
/// <param name="Limit">Its limit.</param>
/// <param name="Measured">What the meter shows.</param>
/// <param name="Hints">What should be shed, most urgent first.</param>
public sealed record BreachReport(
    string Feed, string BreachId, BreachStatus Status, BreachSeverity Severity, DateTimeOffset DetectedAt, DateTimeOffset? ResolvedAt,
    string CorrelationId, Watts Limit, Watts Measured, ValueList<ResourceHint> Hints)
{
    /// <summary>What the building may do, least disruptive first: nothing once the breach is over.</summary>
    public ValueList<string> Actions => (Status, Severity) switch
    {
        (BreachStatus.Resolved, _) => [],
        (_, BreachSeverity.Critical) => ["SHUTDOWN_NODES", "SHUTDOWN_RACKS"],
        _ => ["SHUTDOWN_NODES"],
    };
}

/// <summary>Something that should shed load.</summary>
/// <param name="Resource">Its name.</param>
/// <param name="Type">node, gpu or chassis.</param>
/// <param name="Action">power_cap, throttle or suspend.</param>
/// <param name="Target">What it should draw then, or null.</param>
public sealed record ResourceHint(string Resource, string Type, string Action, Watts? Target);
