namespace ControlPlane.Scheduling;

/// <summary>
/// What part of the hall each queue deserves now, by dominant-resource fairness (Ghodsi et al., NSDI 2011) over GPUs and
/// watts: first everybody's quota as far as it is asked for, then what is left by over-quota weight among those who
/// still want more, level by level of the tree. Amounts are in thousandths of a GPU; a queue whose jobs take more than
/// their part of the hall's power is measured by its power instead.
/// </summary>
internal sealed class FairShares
{
    private readonly HallState _state;
    private readonly double[] _asked;
    private readonly double[] _share;
    private readonly double[] _weight;
    private readonly IReadOnlyList<double>? _past;
    private readonly List<int>[] _children;
    private readonly List<int> _roots = [];

    /// <summary>Computes the shares.</summary>
    /// <param name="state">The hall.</param>
    /// <param name="waitingMilli">What waiting jobs ask for, by queue, in thousandths of a GPU, descendants not counted.</param>
    /// <param name="past">Decayed use by queue, in any unit; null when the past does not count.</param>
    public FairShares(HallState state, long[] waitingMilli, IReadOnlyList<double>? past)
    {
        (_state, _past) = (state, past);
        var queues = state.Layout.Queues;
        _children = [.. queues.Select(_ => new List<int>())];
        for (var queue = 0; queue < queues.Count; queue++)
            (queues[queue].Parent < 0 ? _roots : _children[queues[queue].Parent]).Add(queue);
        _asked = new double[queues.Count];
        for (var queue = 0; queue < queues.Count; queue++)
        {
            foreach (var above in state.Shape.QueuePath[queue])
                _asked[above] += waitingMilli[queue];
        }
        for (var queue = 0; queue < queues.Count; queue++)
        {
            _asked[queue] += Used(queue);
            if (queues[queue].LimitMilliGpu >= 0)
                _asked[queue] = Math.Min(_asked[queue], queues[queue].LimitMilliGpu);
        }
        _weight = Weights(past);
        _share = new double[queues.Count];
        Divide(_roots, Capacity);
    }

    /// <summary>All healthy GPUs of the hall, in thousandths.</summary>
    public double Capacity => _state.Shape.FirstGpu[^1] * 1000.0;

    /// <summary>What the queue and its descendants deserve now.</summary>
    public double ShareOf(int queue) => _share[queue];

    /// <summary>What the queue and its descendants hold: GPUs, or the same part of the hall as they take of its power.</summary>
    public double Used(int queue) => Math.Max(_state.Queues.Used[queue], _state.Queues.Power[queue] * _state.Shape.MilliPerMilliwatt);

    /// <summary>The queue's weight against its siblings, after the past was reckoned in; never 0 for a positive weight.</summary>
    public double WeightOf(int queue) => _weight[queue];

    /// <summary>What the queue used lately for its weight; 0 when the past does not count.</summary>
    public double PastOf(int queue) => _past is null ? 0 : _past[queue] / Math.Max(1e-9, _state.Layout.Queues[queue].OverQuotaWeight);

    // A queue that had more than its part lately counts for less, and the other way round; a tenth always remains.
    private double[] Weights(IReadOnlyList<double>? past)
    {
        var queues = _state.Layout.Queues;
        var weights = queues.Select(queue => queue.OverQuotaWeight).ToArray();
        if (past is null)
            return weights;
        foreach (var siblings in _children.Append(_roots))
        {
            var (all, used) = (siblings.Sum(queue => queues[queue].OverQuotaWeight), siblings.Sum(queue => past[queue]));
            if (all <= 0 || used <= 0)
                continue;
            foreach (var queue in siblings)
            {
                var (part, had) = (queues[queue].OverQuotaWeight / all, past[queue] / used);
                weights[queue] = Math.Max(part / 10, part + (part - had));
            }
        }
        return weights;
    }

    private void Divide(List<int> siblings, double capacity)
    {
        if (siblings.Count == 0)
            return;
        var guaranteed = siblings.Sum(Guaranteed);
        var scale = guaranteed > capacity ? capacity / guaranteed : 1;
        foreach (var queue in siblings)
            _share[queue] = Guaranteed(queue) * scale;
        FillUp(siblings, capacity - (guaranteed * scale));
        foreach (var queue in siblings)
            Divide(_children[queue], _share[queue]);
    }

    private double Guaranteed(int queue)
    {
        var quota = _state.Layout.Queues[queue].QuotaMilliGpu;
        return quota < 0 ? _asked[queue] : Math.Min(_asked[queue], quota);
    }

    // Water-filling: whoever has enough leaves, and what it did not need goes to the others.
    private void FillUp(List<int> siblings, double left)
    {
        var open = siblings.Where(queue => _asked[queue] > _share[queue] && _weight[queue] > 0).ToList();
        while (left > 0 && open.Count > 0)
        {
            var each = left / open.Sum(queue => _weight[queue]);
            var content = open.Where(queue => _asked[queue] - _share[queue] <= each * _weight[queue]).ToList();
            foreach (var queue in content.Count > 0 ? content : open)
            {
                var more = Math.Min(_asked[queue] - _share[queue], each * _weight[queue]);
                _share[queue] += more;
                left -= more;
            }
            if (content.Count == 0)
                return;
            open.RemoveAll(content.Contains);
        }
    }
}
