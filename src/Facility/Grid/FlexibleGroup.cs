using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>A group of jobs on a feed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsFlexible">Whether its power may be reduced while it runs.</param>
/// <param name="Load">What it draws when it is not reduced.</param>
/// <param name="Floor">Below this it is not reduced.</param>
/// <param name="Reduced">What it draws while reduced, or null.</param>
public sealed record FlexibleGroup(string Name, bool IsFlexible, Watts Load, Watts Floor, Watts? Reduced = null)
{
    /// <summary>What it draws.</summary>
    public Watts Drawn => Reduced ?? Load;

    /// <summary>What it could still give up.</summary>
    public Watts Room => IsFlexible && Drawn > Floor ? Drawn - Floor : Watts.Zero;
}
