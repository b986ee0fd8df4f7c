using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Exchange;

/// <summary>What the building knows of a rack. Null is unknown, never zero.</summary>
/// <param name="Power">What it draws.</param>
/// <param name="Supply">Temperature of the coolant that it is given.</param>
/// <param name="Return">Temperature of the coolant that it gives back.</param>
/// <param name="TakesPlacements">False while something leaks.</param>
/// <param name="LeakingTrays">How many of its trays leak.</param>
public sealed record RackConditions(Watts? Power, Celsius? Supply, Celsius? Return, bool TakesPlacements, int LeakingTrays);
