using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>
/// Nodes that are not for everybody from one instant until another: for nobody while they are maintained, or kept for
/// one queue or one job that was promised them. Work that runs when it begins is not stopped by the plan; nothing is
/// planned to run into it.
/// </summary>
/// <param name="Name">What operators call it.</param>
/// <param name="Nodes">Indexes of the nodes in the hall's layout.</param>
/// <param name="From">The first instant of it.</param>
/// <param name="Until">The first instant after it; later than <paramref name="From"/>.</param>
public sealed record NodeWindow(string Name, ValueList<int> Nodes, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>The queue, its descendants included, for whose jobs the nodes are kept; null when for none.</summary>
    public QueueId? Queue { get; init; }

    /// <summary>The job for which the nodes are kept; null when for none.</summary>
    public JobId? Job { get; init; }

    /// <summary>True when the job may not be on the nodes at some time in the interval.</summary>
    internal bool Bars(HallShape shape, JobId job, QueueId queue, long from, long until)
    {
        if (until <= From.UtcTicks || from >= Until.UtcTicks || Job == job)
            return false;
        if (Queue is not { } kept)
            return true;
        if (kept == queue)
            return false;
        return !shape.QueueIndex.TryGetValue(queue.Value, out var index)
            || !shape.QueuePath[index].Any(above => shape.Layout.Queues[above].Id == kept);
    }
}
