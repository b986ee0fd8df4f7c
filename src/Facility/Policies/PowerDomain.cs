using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Policies;

/// <summary>A node of the electrical tree.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Limit">The most it may carry.</param>
/// <param name="Parent">What feeds it, or null.</param>
/// <param name="PowerFactor">What it passes on of what it takes, above 0, at most 1; 1 when nothing is lost.</param>
public sealed record PowerDomain(string Name, Watts Limit, string? Parent = null, double PowerFactor = 1);
