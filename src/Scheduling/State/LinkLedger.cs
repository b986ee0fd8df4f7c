namespace ControlPlane.Scheduling;

/// <summary>Reserved bandwidth of every trunk, in megabits per second.</summary>
internal sealed class LinkLedger(HallShape shape)
{
    public long[] Reserved { get; } = new long[shape.Layout.Links.Count];

    public bool[] Down { get; } = new bool[shape.Layout.Links.Count];

    /// <summary>What is left of a link; a link that is down has nothing to give.</summary>
    public long Left(int link) => Math.Max(Down[link] ? 0 : shape.Layout.Links[link].Capacity.Megabits, Tolerated[link]) - Reserved[link];

    /// <summary>True while a gang crosses a link that is down.</summary>
    public bool AnyCut
    {
        get
        {
            for (var link = 0; link < Down.Length; link++)
            {
                if (Down[link] && Reserved[link] > 0)
                    return true;
            }
            return false;
        }
    }

    /// <summary>What may be reserved although less is there, because as much was reserved before; 0 for most.</summary>
    public long[] Tolerated { get; } = new long[shape.Layout.Links.Count];

    /// <summary>
    /// Reckons a task of a gang that is being tried: while its domain spans leaves every task counts on the trunks,
    /// though the gang may end up below one leaf.
    /// </summary>
    public void Reckon(TaskDemand task, int node, int sign)
    {
        if (task.Bandwidth == 0 || !task.Spread.HasFlag(Spread.Leaves))
            return;
        var rack = shape.Layout.Racks[shape.Rack[node]];
        var bandwidth = sign * task.Bandwidth * task.Gpus;
        if (rack.LeafLink >= 0)
            Reserved[rack.LeafLink] += bandwidth;
        if (rack.SpineLink >= 0 && task.Spread.HasFlag(Spread.Spines))
            Reserved[rack.SpineLink] += bandwidth;
    }

    public void CopyFrom(LinkLedger other)
    {
        other.Reserved.CopyTo(Reserved, 0);
        other.Tolerated.CopyTo(Tolerated, 0);
        other.Down.CopyTo(Down, 0);
    }
}
