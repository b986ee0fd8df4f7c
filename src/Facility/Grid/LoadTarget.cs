using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>A limit that a grid operator sets for a feed.</summary>
/// <param name="CorrelationId">The name under which it was sent.</param>
/// <param name="Limit">The most that the feed may draw; the feed's default when null.</param>
/// <param name="Start">When it begins.</param>
/// <param name="End">When it ends; null when it holds until another one replaces it.</param>
/// <param name="IsBestEffort">Shed what can be shed without ending work.</param>
public sealed record LoadTarget(string CorrelationId, Watts? Limit, TimeSpan Start, TimeSpan? End, bool IsBestEffort)
{
    /// <summary>Whether it is in force.</summary>
    public bool IsActiveAt(TimeSpan now) => now >= Start && !(now >= End);
}
