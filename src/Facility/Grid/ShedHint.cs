using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>What should give up power during a breach.</summary>
/// <param name="Resource">Its name.</param>
/// <param name="Priority">1 goes first.</param>
/// <param name="Target">What it may then still draw.</param>
public sealed record ShedHint(string Resource, int Priority, Watts Target);
