using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>One try of every job that waits in a hall, resumable between turns; what is placed becomes a ledger entry.</summary>
internal sealed class WaitingPass(HallBook book, HallDecisions decisions)
{
    private readonly PlacementPass _pass = new(book.Line);

    /// <summary>Tries up to <paramref name="count"/> jobs; false once every job was tried.</summary>
    public bool Try(int count) => _pass.Try(count, Place);

    private PlacementDecision? Place(WaitingJob waiting)
    {
        // Between turns it may have been cancelled.
        if (!book.Jobs.TryGetValue(waiting.Job, out var job) || job.Phase != JobPhase.Waiting)
            return null;
        var (decision, seed) = decisions.Decide(job.Job, job.Spec);
        if (decision is Placed placed)
            decisions.PlaceWaiting(job, placed, seed);
        return decision;
    }
}
