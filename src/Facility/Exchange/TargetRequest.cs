using ControlPlane.Domain;
using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Exchange;

/// <summary>A load target as a grid operator asks for it.</summary>
/// <param name="Feeds">The feeds that it is for; every one when empty.</param>
/// <param name="Limit">The most that a feed may draw; its default when null.</param>
/// <param name="Start">When it begins; at once when null.</param>
/// <param name="End">When it ends; null when it holds until another one replaces it.</param>
/// <param name="IsBestEffort">Shed what can be shed without ending work.</param>
public sealed record TargetRequest(ValueList<string> Feeds, Watts? Limit, DateTimeOffset? Start, DateTimeOffset? End, bool IsBestEffort);
