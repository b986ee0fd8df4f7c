namespace ControlPlane.Facility.Policies;

/// <summary>Whether a policy can be given, and what stands in the way.</summary>
/// <param name="Requested">What was asked for.</param>
/// <param name="Selected">What can be given; null when nothing can.</param>
/// <param name="Binding">The domain that refused what was asked for, the one nearest to the racks first; null when none did.</param>
public sealed record Allocation(PowerPolicy Requested, PowerPolicy? Selected, PowerDomain? Binding)
{
    /// <summary>Whether anything can be given.</summary>
    public bool IsFeasible => Selected is not null;

    /// <summary>Whether less is given than was asked for.</summary>
    public bool IsDowngraded => Selected is not null && Selected != Requested;

    /// <summary>Why not everything that was asked for is given, or an empty text.</summary>
    public string Reason => Binding is null ? "" : $"insufficient power: {Binding.Name} carries {Binding.Limit} at most under policy {Requested.Name}";
}
