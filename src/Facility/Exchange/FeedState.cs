using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Facility.Exchange;

/// <summary>What is told of a feed.</summary>
/// <param name="Tag">The feed's name.</param>
/// <param name="Minimum">The least that it can be reduced to.</param>
/// <param name="Maximum">The most that it carries.</param>
/// <param name="Default">Its limit without a target.</param>
/// <param name="Targets">Targets that are to come or in force.</param>
/// <param name="Load">Its load by calculation.</param>
/// <param name="IsInFlight">Whether a change of load was begun and has not ended.</param>
/// <param name="Event">What happened.</param>
/// <param name="EventStart">When the change of load began, or null.</param>
/// <param name="IsCompliant">Whether the target in force is kept.</param>
public sealed record FeedState(
    string Tag, Watts Minimum, Watts Maximum, Watts Default, ValueList<FeedStateTarget> Targets, Watts Load, bool IsInFlight, FeedEvent Event,
    DateTimeOffset? EventStart, bool IsCompliant);

/// <summary>A target in what is told of a feed.</summary>
/// <param name="IsActive">Whether it is in force.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Start">When it begins, or null.</param>
/// <param name="End">When it ends, or null.</param>
/// <param name="IsBestEffort">Shed what can be shed without ending work.</param>
/// <param name="CorrelationId">The name under which it was sent.</param>
public sealed record FeedStateTarget(
    bool IsActive, Watts Limit, DateTimeOffset? Start, DateTimeOffset? End, bool IsBestEffort, string CorrelationId);
