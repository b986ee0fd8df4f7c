namespace ControlPlane.Scheduling;

/// <summary>Free GPUs of the whole hall along a plan: a count that rules instants out without looking at nodes.</summary>
internal sealed class RoomBound
{
    private readonly long _needed;
    private readonly List<(long At, long Free)> _free = [];
    private readonly List<(long At, long Free)> _starts = [];

    public RoomBound(Plan plan, long neededMilli)
    {
        _needed = neededMilli;
        var free = 0L;
        for (var node = 0; node < plan.Base.Shape.Gpus.Length; node++)
            free += plan.Base.Nodes.MilliFree[node];
        _free.Add((plan.Now, free));
        for (var index = 0; index < plan.Line.Count; index++)
        {
            var happens = plan.Line[index];
            free += happens.Starts ? -happens.Holding.Held.Assignment.MilliGpus : happens.Holding.Held.Assignment.MilliGpus;
            if (_free[^1].At == happens.At)
                _free[^1] = (happens.At, free);
            else
                _free.Add((happens.At, free));
            if (happens.Starts)
                _starts.Add((happens.At, free));
        }
    }

    /// <summary>False when at some instant of the interval too few GPUs are free in all.</summary>
    public bool Suffices(long from, long until)
    {
        if (_needed == 0)
            return true;
        var (low, high) = (0, _free.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _free[middle].At <= from ? (middle, high) : (low, middle - 1);
        }
        return _free[low].Free >= _needed && _starts.TrueForAll(start => start.At <= from || start.At >= until || start.Free >= _needed);
    }
}
