namespace ControlPlane.Scheduling;

/// <summary>A hall carried forward along a plan, event by event.</summary>
internal sealed class Walker(HallState state, EventLine line)
{
    private int _next;

    /// <summary>The hall at the instant reached.</summary>
    public HallState State { get; } = state;

    /// <summary>Starts over from a state at the plan's beginning.</summary>
    public void Begin(HallState origin)
    {
        State.CopyFrom(origin);
        _next = 0;
    }

    public void CopyFrom(Walker other)
    {
        State.CopyFrom(other.State);
        _next = other._next;
    }

    /// <summary>Goes to an instant, including what happens at it.</summary>
    public void To(long at)
    {
        while (_next < line.Count && line[_next].At <= at)
            Step();
    }

    /// <summary>The next instant before the end at which something begins, reached; what begins, or null when nothing does.</summary>
    public HeldJob? ToNextStart(long until)
    {
        for (var ahead = _next; ahead < line.Count && line[ahead].At < until; ahead++)
        {
            if (!line[ahead].Starts)
                continue;
            while (_next <= ahead)
                Step();
            return line[ahead].Holding.Held;
        }
        return null;
    }

    private void Step()
    {
        var happens = line[_next++];
        if (happens.Starts)
            happens.Holding.AddTo(State);
        else
            happens.Holding.RemoveFrom(State);
    }
}
