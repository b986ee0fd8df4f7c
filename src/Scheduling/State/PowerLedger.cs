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

    /// <summary>
    /// The least headroom from the rack's domain up to its feed, room for what each must take over when another fails
    /// kept; <see cref="long.MaxValue"/> without domains.
    /// </summary>
    public long Headroom(int rack)
    {
        var least = long.MaxValue;
        foreach (var domain in _shape.PowerPath[rack])
            least = Math.Min(least, HeadroomOf(domain));
        return least;
    }

    /// <summary>What may be added below a domain as far as it and the domains that back it are concerned.</summary>
    public long HeadroomOf(int domain) => HeadroomOf(_shape.Failures, Limit, Committed, domain);

    /// <summary>What a domain carries at worst: its own load and what it takes over when one other fails.</summary>
    public long LoadOf(int domain) => LoadOf(_shape.Failures, Committed, domain);

    /// <summary>For people: what room is kept for when that, and not the domain's own load, bounds it; else null.</summary>
    public string? RoomKept(int domain)
    {
        var (room, failures, names) = (HeadroomOf(domain), _shape.Failures, _shape.Layout.PowerDomains);
        if (room == Limit[domain] - Committed[domain])
            return null;
        foreach (var (failed, parts, of) in failures.Covered[domain])
        {
            if (Limit[domain] - Committed[domain] - Share(failed, parts, of) == room)
                return $"room kept for the failure of {names[failed].Id}";
        }
        foreach (var (taker, parts, of) in failures.Takers[domain])
        {
            if (Takeable(Limit, Committed, taker, parts, of) - Committed[domain] == room)
                return $"no more than {names[taker].Id} can take over";
        }
        return "room kept for the failure of one of its group";

        long Share(int failed, int parts, int of) => (Committed[failed] * parts + of - 1) / of;
    }

    /// <summary>As <see cref="HeadroomOf(int)"/>, for other limits and loads of the same tree.</summary>
    public static long HeadroomOf(FeedFailures failures, long[] limit, long[] committed, int domain)
    {
        if (!failures.Any)
            return limit[domain] - committed[domain];
        var room = limit[domain] - LoadOf(failures, committed, domain);
        foreach (var (taker, parts, of) in failures.Takers[domain])
            room = Math.Min(room, Takeable(limit, committed, taker, parts, of) - committed[domain]);
        var group = failures.Group[domain];
        return group < 2 ? room : Math.Min(room, limit[domain] / (group + 1) * group - committed[domain]);
    }

    // The most that may fail for so many parts of it to fit beside the taker's own load.
    private static long Takeable(long[] limit, long[] committed, int taker, int parts, int of)
    {
        var whole = (limit[taker] - committed[taker]) * of;
        return (whole < 0 ? whole - parts + 1 : whole) / parts;
    }

    private static long LoadOf(FeedFailures failures, long[] committed, int domain)
    {
        var more = 0L;
        foreach (var (failed, parts, of) in failures.Covered[domain])
            more = Math.Max(more, (committed[failed] * parts + of - 1) / of);
        return committed[domain] + more;
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
