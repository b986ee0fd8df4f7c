using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Caps;

/// <summary>A group of jobs whose power can be reduced.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Priority">0 is the highest precedence; larger numbers give up power first.</param>
/// <param name="Allocated">What it may draw now.</param>
/// <param name="Floor">Below this it is not reduced.</param>
/// <param name="Full">What it may draw when nothing is reduced; the allocation itself when null.</param>
public sealed record PriorityGroup(string Name, int Priority, Watts Allocated, Watts Floor, Watts? Full = null)
{
    /// <summary>What it can give up.</summary>
    public Watts Room => Allocated > Floor ? Allocated - Floor : Watts.Zero;

    /// <summary>What it lacks of its full allocation.</summary>
    public Watts Missing => Full is { } full && full > Allocated ? full - Allocated : Watts.Zero;
}
