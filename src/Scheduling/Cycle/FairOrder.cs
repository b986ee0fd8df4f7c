using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>
/// Whose turn it is. In a hall without quotas all jobs stand in one line: by priority, then by submission. With quotas
/// each queue has its own line, and at every branch of the tree the queue goes first that holds least of what it is
/// guaranteed, before those above their quota, of which the one goes first that holds least for its weight.
/// </summary>
internal sealed class FairOrder
{
    private readonly HallState _state;
    private readonly FairShares? _shares;
    private readonly Queue<WaitingJob>[] _lines;
    private readonly int[] _left;
    private readonly List<int>[] _children;
    private readonly List<int> _roots = [];

    /// <summary>Lines up jobs.</summary>
    /// <param name="state">The hall, as it changes while jobs are taken.</param>
    /// <param name="shares">What queues deserve, or null for one line.</param>
    /// <param name="jobs">By priority, highest first, then in order of submission.</param>
    public FairOrder(HallState state, FairShares? shares, IEnumerable<WaitingJob> jobs)
    {
        (_state, _shares) = (state, shares);
        var queues = state.Layout.Queues;
        _children = [.. queues.Select(_ => new List<int>())];
        if (shares is null)
        {
            (_lines, _left) = ([new Queue<WaitingJob>(jobs)], []);
            return;
        }
        for (var queue = 0; queue < queues.Count; queue++)
            (queues[queue].Parent < 0 ? _roots : _children[queues[queue].Parent]).Add(queue);
        _lines = [.. queues.Select(_ => new Queue<WaitingJob>())];
        _left = new int[queues.Count];
        foreach (var job in jobs)
        {
            // A queue that the hall does not know is refused when its job is looked at, whenever that is.
            var queue = state.Shape.QueueIndex.GetValueOrDefault(job.Spec.Queue.Value);
            _lines[queue].Enqueue(job);
            foreach (var above in state.Shape.QueuePath[queue])
                _left[above]++;
        }
    }

    /// <summary>True when the hall has quotas, so that queues take turns.</summary>
    public static bool Applies(HallLayout layout) => layout.Queues.Any(queue => queue.QuotaMilliGpu >= 0);

    /// <summary>Takes the job whose turn it is, as the hall is now; null when none is left.</summary>
    public WaitingJob? Next()
    {
        if (_shares is null)
            return _lines[0].TryDequeue(out var first) ? first : null;
        var siblings = _roots;
        while (true)
        {
            var queue = FirstOf(siblings);
            if (queue < 0)
                return null;
            // A queue's own jobs go before its children's.
            if (_lines[queue].TryDequeue(out var job))
            {
                foreach (var above in _state.Shape.QueuePath[queue])
                    _left[above]--;
                return job;
            }
            siblings = _children[queue];
        }
    }

    private int FirstOf(List<int> siblings)
    {
        var (best, bestKey) = (-1, (0, 0.0, 0.0));
        foreach (var queue in siblings)
        {
            if (_left[queue] == 0)
                continue;
            var key = Key(queue);
            if (best < 0 || key.CompareTo(bestKey) < 0)
                (best, bestKey) = (queue, key);
        }
        return best;
    }

    // Of queues that hold the same part, the one goes first that used less lately.
    private (int Over, double Part, double Past) Key(int queue)
    {
        var quota = _state.Layout.Queues[queue].QuotaMilliGpu;
        var used = _shares!.Used(queue);
        if (quota < 0)
            return (0, used / _shares.Capacity, _shares.PastOf(queue));
        return used < quota
            ? (0, used / quota, _shares.PastOf(queue))
            : (1, (used - quota) / Math.Max(1e-9, _shares.WeightOf(queue)), _shares.PastOf(queue));
    }
}
