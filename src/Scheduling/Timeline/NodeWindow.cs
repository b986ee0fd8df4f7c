using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

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
    /// <summary>Of a hall's windows those that are not over, in the time that scheduling counts in.</summary>
    /// <param name="layout">The hall.</param>
    /// <param name="at">The time by the clock.</param>
    /// <param name="counted">What an instant by the clock is in the time of the work.</param>
    public static IReadOnlyList<NodeWindow> Of(HallLayout layout, DateTimeOffset at, Func<DateTimeOffset, DateTimeOffset> counted)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(counted);
        return layout.Windows.Count == 0 ? [] :
        [
            .. layout.Windows.Where(window => window.Until > at).Select(window =>
                new NodeWindow(window.Name, window.Nodes, counted(window.From), counted(window.Until)) { Queue = window.Queue, Job = window.Job }),
        ];
    }

    /// <summary>The first of the windows that a job would run into if it started now where it was placed, or null.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="state">The hall.</param>
    /// <param name="job">The job.</param>
    /// <param name="spec">What it asks for; one that says no duration runs into every window ahead.</param>
    /// <param name="assignment">Where it was placed.</param>
    /// <param name="now">The time, as the windows count it.</param>
    public static NodeWindow? FirstInTheWay(
        IReadOnlyList<NodeWindow> windows, HallState state, JobId job, JobSpec spec, Assignment assignment, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(assignment);
        var until = spec.Expected is { } expected ? (now + expected).UtcTicks : long.MaxValue;
        return windows.FirstOrDefault(window => window.Bars(state.Shape, job, spec.Queue, now.UtcTicks, until)
            && assignment.Tasks.Any(task => window.Nodes.Contains(task.Node)));
    }

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
