namespace ControlPlane.Scheduling;

/// <summary>A holding begins or ends.</summary>
internal readonly record struct PlanEvent(long At, bool Starts, Holding Holding) : IComparable<PlanEvent>
{
    // Ends come first: what ends at an instant is free for what begins at it.
    public int CompareTo(PlanEvent other)
    {
        var time = At.CompareTo(other.At);
        if (time != 0)
            return time;
        return Starts != other.Starts ? Starts.CompareTo(other.Starts) : Holding.Order.CompareTo(other.Holding.Order);
    }
}

/// <summary>What is planned to happen, in order of time.</summary>
internal sealed class EventLine
{
    private readonly List<PlanEvent> _events = [];
    private readonly List<long> _starts = [];

    public int Count => _events.Count;

    /// <summary>When planned holdings begin, ascending.</summary>
    public IReadOnlyList<long> Starts => _starts;

    public PlanEvent this[int index] => _events[index];

    /// <summary>Adds the ends of holdings that have begun, when none is there yet.</summary>
    public void AddRunning(IEnumerable<Holding> holdings)
    {
        _events.AddRange(holdings.Where(one => one.Until < long.MaxValue).Select(one => new PlanEvent(one.Until, false, one)));
        _events.Sort();
    }

    /// <summary>Adds the end of a holding and, unless it has begun, its start.</summary>
    public void Add(Holding holding, bool begun)
    {
        if (holding.Until < long.MaxValue)
            Insert(new PlanEvent(holding.Until, false, holding));
        if (begun)
            return;
        Insert(new PlanEvent(holding.From, true, holding));
        var at = _starts.BinarySearch(holding.From);
        _starts.Insert(at < 0 ? ~at : at, holding.From);
    }

    public void Remove(Holding holding, bool begun)
    {
        if (holding.Until < long.MaxValue)
            _events.RemoveAt(_events.BinarySearch(new PlanEvent(holding.Until, false, holding)));
        if (begun)
            return;
        _events.RemoveAt(_events.BinarySearch(new PlanEvent(holding.From, true, holding)));
        _starts.Remove(holding.From);
    }

    /// <summary>How many planned holdings begin before the instant.</summary>
    public int StartsBefore(long until)
    {
        var (low, high) = (0, _starts.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _starts[middle] < until ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    private void Insert(PlanEvent happens)
    {
        var at = _events.BinarySearch(happens);
        _events.Insert(at < 0 ? ~at : at, happens);
    }
}
