using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Policies;

/// <summary>How much a node may draw.</summary>
/// <param name="Name">The policy's name.</param>
/// <param name="PerNode">What each node may draw, 0 or more.</param>
public sealed record PowerPolicy(string Name, Watts PerNode);
