namespace ControlPlane.Scheduling;

/// <summary>What the jobs of every queue hold, its descendants included: GPUs in thousandths, power in milliwatts.</summary>
internal sealed class QueueLedger(HallShape shape)
{
    public long[] Used { get; } = new long[shape.Layout.Queues.Count];

    /// <summary>What a queue may hold although its limit is lower, because it held as much before; 0 for most.</summary>
    public long[] Tolerated { get; } = new long[shape.Layout.Queues.Count];

    /// <summary>The part of <see cref="Used"/> whose jobs may not be evicted.</summary>
    public long[] Fixed { get; } = new long[shape.Layout.Queues.Count];

    /// <summary>What the jobs add to the hall's draw at their power limits; a share counts in proportion.</summary>
    public long[] Power { get; } = new long[shape.Layout.Queues.Count];

    /// <summary>How many jobs that may be evicted run, by their own queue (-1 without queues) and priority.</summary>
    public Dictionary<(int Queue, int Priority), int> Preemptible { get; } = [];

    /// <summary>True when the queue itself runs a job of lower priority that may be evicted.</summary>
    public bool HasLower(int queue, int priority)
    {
        foreach (var (key, count) in Preemptible)
        {
            if (key.Queue == queue && key.Priority < priority && count > 0)
                return true;
        }
        return false;
    }

    /// <summary>Adds a job to its queue and the queue's ancestors (sign 1), or takes it away (-1); -1 is a hall without queues.</summary>
    public void Add(HeldJob held, int sign)
    {
        if (held.Spec.Preemptible)
        {
            var key = (held.Queue, held.Spec.Priority);
            Preemptible[key] = Preemptible.GetValueOrDefault(key) + sign;
        }
        if (held.Queue < 0)
            return;
        var milli = sign * held.Assignment.MilliGpus;
        var power = sign * PowerOf(held.Assignment);
        foreach (var index in shape.QueuePath[held.Queue])
        {
            Used[index] += milli;
            Power[index] += power;
            if (!held.Spec.Preemptible)
                Fixed[index] += milli;
        }
    }

    /// <summary>The first of the queue and its ancestors that would exceed its limit, or -1.</summary>
    public int FirstExceeded(int queue, long milli)
    {
        if (queue < 0)
            return -1;
        foreach (var index in shape.QueuePath[queue])
        {
            var limit = shape.Layout.Queues[index].LimitMilliGpu;
            if (limit >= 0 && Used[index] + milli > Math.Max(limit, Tolerated[index]))
                return index;
        }
        return -1;
    }

    /// <summary>The first of the queue and its ancestors whose quota a job that may not be evicted would exceed, or -1.</summary>
    public int FirstOverQuota(int queue, long milli)
    {
        if (queue < 0)
            return -1;
        foreach (var index in shape.QueuePath[queue])
        {
            var quota = shape.Layout.Queues[index].QuotaMilliGpu;
            if (quota >= 0 && Fixed[index] + milli > quota)
                return index;
        }
        return -1;
    }

    public void CopyFrom(QueueLedger other)
    {
        other.Used.CopyTo(Used, 0);
        other.Tolerated.CopyTo(Tolerated, 0);
        other.Fixed.CopyTo(Fixed, 0);
        other.Power.CopyTo(Power, 0);
        Preemptible.Clear();
        foreach (var (key, count) in other.Preemptible)
            Preemptible.Add(key, count);
    }

    private long PowerOf(Assignment assignment)
    {
        var sum = 0L;
        foreach (var task in assignment.Tasks)
        {
            if (task.Gpus.Count > 0)
                sum += shape.LeaseOf(shape.Model[task.Node], assignment.PowerPercent) * task.Gpus.Count * task.GpuMilli / 1000;
        }
        return sum;
    }
}
