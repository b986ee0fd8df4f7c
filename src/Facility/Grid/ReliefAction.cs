using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>One step that relieves a feed.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Group">With whose work.</param>
/// <param name="Amount">How much power goes with it.</param>
/// <param name="To">The feed that takes it, or null.</param>
public sealed record ReliefAction(ReliefKind Kind, string Group, Watts Amount, string? To);
