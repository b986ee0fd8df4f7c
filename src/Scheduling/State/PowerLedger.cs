namespace ControlPlane.Scheduling;

/// <summary>Committed power of every domain of the electrical tree, and the heat it becomes, in milliwatts.</summary>
internal sealed class PowerLedger
{
    private readonly HallShape _shape;

    public PowerLedger(HallShape shape)
    {
        _shape = shape;
        var layout = shape.Layout;
        RackDraw = new long[layout.Racks.Count];
        Committed = new long[layout.PowerDomains.Count];
        Limit = [.. layout.PowerDomains.Select(domain => domain.Limit.Milliwatts)];
        Heat = new long[layout.CoolingLoops.Count];
        HeatCapacity = [.. layout.CoolingLoops.Select(loop => loop.Capacity.Milliwatts)];
        for (var rack = 0; rack < RackDraw.Length; rack++)
            Add(rack, StandingDraw(rack));
    }

    /// <summary>Draw of each rack.</summary>
    public long[] RackDraw { get; }

    public long[] Committed { get; }

    public long[] Limit { get; }

    public long[] Heat { get; }

    public long[] HeatCapacity { get; }

    /// <summary>Adds to a rack's draw, at its domain and every ancestor, and to the loops that cool it.</summary>
    public void Add(int rack, long milliwatts)
    {
        foreach (var domain in _shape.PowerPath[rack])
            Committed[domain] += milliwatts;
        var (before, after) = (RackDraw[rack], RackDraw[rack] + milliwatts);
        // Each loop's heat is rounded rack by rack, so that it is the same in whatever order leases came and went.
        foreach (var (loop, share) in _shape.Layout.Racks[rack].Cooling)
            Heat[loop] += Part(after, share) - Part(before, share);
        RackDraw[rack] = after;
    }

    /// <summary>The least headroom from the rack's domain up to its feed; <see cref="long.MaxValue"/> without domains.</summary>
    public long Headroom(int rack)
    {
        var least = long.MaxValue;
        foreach (var domain in _shape.PowerPath[rack])
            least = Math.Min(least, Limit[domain] - Committed[domain]);
        return least;
    }

    /// <summary>True when the loops can carry this much more from the rack.</summary>
    public bool CoolingAllows(int rack, long milliwatts)
    {
        foreach (var (loop, share) in _shape.Layout.Racks[rack].Cooling)
        {
            var added = Part(RackDraw[rack] + milliwatts, share) - Part(RackDraw[rack], share);
            if (Heat[loop] + added > HeatCapacity[loop] && added > 0)
                return false;
        }
        return true;
    }

    public void CopyFrom(PowerLedger other)
    {
        other.RackDraw.CopyTo(RackDraw, 0);
        other.Committed.CopyTo(Committed, 0);
        other.Limit.CopyTo(Limit, 0);
        other.Heat.CopyTo(Heat, 0);
        other.HeatCapacity.CopyTo(HeatCapacity, 0);
    }

    /// <summary>The heat a loop carries of a rack's draw, rounded to the milliwatt.</summary>
    public static long Part(long milliwatts, double share) => (long)Math.Round(milliwatts * share);

    private long StandingDraw(int rack)
    {
        var facts = _shape.Layout.Racks[rack];
        var draw = facts.Overhead.Milliwatts;
        for (var node = facts.FirstNode; node < facts.FirstNode + facts.NodeCount; node++)
        {
            draw += _shape.Layout.Nodes[node].Base.Milliwatts;
            if (_shape.Model[node] >= 0)
                draw += _shape.Layout.GpuModels[_shape.Model[node]].Idle.Milliwatts * _shape.Gpus[node];
        }
        return draw;
    }
}
