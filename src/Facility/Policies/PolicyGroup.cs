using ControlPlane.Domain;

namespace ControlPlane.Facility.Policies;

/// <summary>Racks that were given a policy together.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Racks">Its racks.</param>
/// <param name="Requested">What was asked for.</param>
/// <param name="Selected">What it was given: the same, or a lower one.</param>
public sealed record PolicyGroup(string Name, ValueList<string> Racks, PowerPolicy Requested, PowerPolicy Selected)
{
    /// <summary>Whether it was given less than was asked for.</summary>
    public bool IsDowngraded => Requested != Selected;
}
