namespace ControlPlane.Scheduling;

/// <summary>Thousandths of GPUs held by every queue, its descendants included.</summary>
internal sealed class QueueLedger(HallShape shape)
{
    public long[] Used { get; } = new long[shape.Layout.Queues.Count];

    /// <summary>Adds to a queue and its ancestors; -1 is a hall without queues.</summary>
    public void Add(int queue, long milli)
    {
        if (queue < 0)
            return;
        foreach (var index in shape.QueuePath[queue])
            Used[index] += milli;
    }

    /// <summary>The first of the queue and its ancestors that would exceed its limit, or -1.</summary>
    public int FirstExceeded(int queue, long milli)
    {
        if (queue < 0)
            return -1;
        foreach (var index in shape.QueuePath[queue])
        {
            var limit = shape.Layout.Queues[index].LimitMilliGpu;
            if (limit >= 0 && Used[index] + milli > limit)
                return index;
        }
        return -1;
    }

    public void CopyFrom(QueueLedger other) => other.Used.CopyTo(Used, 0);
}
