using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// One try of every waiting job, in order, resumable between turns. A job shaped like one that just did not
/// fit is not tried: nothing was freed since, so it cannot fit either.
/// </summary>
internal sealed class WaitingPass(HallBook book, HallDecisions decisions)
{
    private readonly HashSet<JobShape> _blocked = [];
    private readonly List<JobId> _order = [.. book.Waiting.Select(job => job.Job)];
    private int _at;

    /// <summary>Tries up to <paramref name="count"/> jobs; false once every job was tried.</summary>
    public bool Try(int count)
    {
        for (var tried = 0; tried < count && _at < _order.Count; _at++)
        {
            if (!book.Jobs.TryGetValue(_order[_at], out var job) || job.Phase != Jobs.JobPhase.Waiting)
                continue;
            if (_blocked.Contains(JobShape.Of(job.Spec)))
                continue;
            tried++;
            var (decision, seed) = decisions.Decide(job.Job, job.Spec);
            if (decision is Placed placed)
                decisions.PlaceWaiting(job, placed, seed);
            else
                _blocked.Add(JobShape.Of(job.Spec));
        }
        return _at < _order.Count;
    }
}

/// <summary>What placement looks at in a job: two jobs of one shape fit in the same places.</summary>
internal readonly record struct JobShape(
    QueueId Queue, ValueList<TaskGroup> Groups, TopologyRequest Topology, bool IsKernel, HallId? Hall, string? Jurisdiction)
{
    public static JobShape Of(JobSpec spec) => new(spec.Queue, spec.Groups, spec.Topology, spec.Work is KernelWork, spec.Hall, spec.Jurisdiction);
}
