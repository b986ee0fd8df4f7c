using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Caps;

/// <summary>A node as a cap balancer sees it.</summary>
/// <param name="Cap">The cap in force.</param>
/// <param name="Draw">What it draws.</param>
/// <param name="HasNewJob">A job began on it a moment ago, so that its draw says nothing yet.</param>
public readonly record struct CappedNode(Watts Cap, Watts Draw, bool HasNewJob = false);
