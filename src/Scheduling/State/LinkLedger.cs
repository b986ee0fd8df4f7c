namespace ControlPlane.Scheduling;

/// <summary>Reserved bandwidth of every trunk, in megabits per second.</summary>
internal sealed class LinkLedger(HallShape shape)
{
    public long[] Reserved { get; } = new long[shape.Layout.Links.Count];

    public bool[] Down { get; } = new bool[shape.Layout.Links.Count];

    /// <summary>What is left of a link; a link that is down has nothing to give.</summary>
    public long Left(int link) => (Down[link] ? 0 : shape.Layout.Links[link].Capacity.Megabits) - Reserved[link];

    public void CopyFrom(LinkLedger other)
    {
        other.Reserved.CopyTo(Reserved, 0);
        other.Down.CopyTo(Down, 0);
    }
}
