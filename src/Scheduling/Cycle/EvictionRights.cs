using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>
/// Which victims a job has a right to. Within a queue: those of lower priority. Between queues: those of a queue that
/// holds more than its quota, for a job that stays within its own queue's quota; or those of a queue that holds more
/// than its fair share, for a job that stays within its own queue's. Queues are compared where their branches of the
/// tree meet. Whoever reclaims stays within what it deserves, and each victim alone would take its queue above what it
/// deserves again, so that neither can take the other's place back: that ends.
/// </summary>
internal sealed class EvictionRights(HallState state, FairShares shares)
{
    /// <summary>Shares are real numbers: half a thousandth of a GPU above one is not above it.</summary>
    public const double Tolerance = 0.5;

    /// <summary>The victims of lower priority in the job's own queue.</summary>
    public static IEnumerable<VictimUnit> ToPreempt(IEnumerable<VictimUnit> units, int queue, int priority) =>
        units.Where(unit => unit.Victim.Queue == queue && unit.Victim.Spec.Priority < priority);

    /// <summary>True when a job of the queue may reclaim at all, should there be anybody to reclaim from.</summary>
    public bool MayReclaim(int queue, long milli) => queue >= 0 && Depth(queue, milli, Within.Quota, Within.Share) >= 0;

    /// <summary>By queue, whether its jobs may be taken for the job, were they the only ones.</summary>
    public bool[] ReclaimableBranches(int queue, long milli)
    {
        var may = new bool[state.Layout.Queues.Count];
        for (var victim = 0; victim < may.Length; victim++)
        {
            var branch = victim == queue ? -1 : BranchOf(queue, victim);
            may[victim] = branch >= 0 && MayTake(queue, milli, branch, default, 0, 0, keepQuota: false);
        }
        return may;
    }

    /// <summary>
    /// The victims in other queues, in the order in which they may be taken, each counted on top of those before it:
    /// first those that leave their queue at its quota or above, then those that take it below.
    /// </summary>
    public IEnumerable<VictimUnit> ToReclaim(IEnumerable<VictimUnit> units, int queue, long milli)
    {
        if (queue < 0)
            yield break;
        var taken = new Tally();
        var later = new List<VictimUnit>();
        var lines = units.Where(unit => unit.Victim.Queue >= 0 && BranchOf(queue, unit.Victim.Queue) >= 0)
            .GroupBy(unit => unit.Victim.Queue).Select(group => new Queue<VictimUnit>(group)).ToList();
        while (MostOver(lines, queue, taken) is { } line)
        {
            var unit = line.Dequeue();
            if (!MayTake(queue, milli, unit, taken, keepQuota: true))
            {
                later.Add(unit);
                continue;
            }
            taken.Add(unit, state.Shape.QueuePath[unit.Victim.Queue]);
            yield return unit;
        }
        foreach (var unit in later)
        {
            if (!MayTake(queue, milli, unit, taken, keepQuota: false))
                continue;
            taken.Add(unit, state.Shape.QueuePath[unit.Victim.Queue]);
            yield return unit;
        }
    }

    // The queue below the meeting point of both branches on the victim's side; -1 when one is above the other.
    private int BranchOf(int queue, int victimQueue)
    {
        var own = state.Shape.QueuePath[queue];
        var branch = -1;
        foreach (var above in state.Shape.QueuePath[victimQueue])
        {
            if (Array.IndexOf(own, above) >= 0)
                return above == victimQueue || above == queue ? -1 : branch;
            branch = above;
        }
        return branch;
    }

    private Queue<VictimUnit>? MostOver(List<Queue<VictimUnit>> lines, int queue, Tally taken)
    {
        lines.RemoveAll(line => line.Count == 0);
        return lines.Count < 2 ? lines.FirstOrDefault() : lines.MaxBy(line =>
        {
            var branch = BranchOf(queue, line.Peek().Victim.Queue);
            return (shares.Used(branch) - taken.Of(branch).Milli) / Math.Max(1, shares.ShareOf(branch));
        });
    }

    private bool MayTake(int queue, long milli, VictimUnit unit, Tally taken, bool keepQuota)
    {
        var branch = BranchOf(queue, unit.Victim.Queue);
        var freed = taken.FreedBy(unit);
        return IsSurplusBelow(branch, unit, freed, taken) && MayTake(queue, milli, branch, taken.Of(branch), freed, unit.LeastBackMilli, keepQuota);
    }

    // Inside the branch those are taken whose own queues hold more than they deserve, not whoever is cheapest.
    private bool IsSurplusBelow(int branch, VictimUnit unit, long freed, Tally taken)
    {
        foreach (var below in state.Shape.QueuePath[unit.Victim.Queue])
        {
            if (below == branch)
                return true;
            var quota = state.Layout.Queues[below].QuotaMilliGpu;
            var before = taken.Of(below);
            var least = Math.Min(unit.LeastBackMilli, before.Milli > 0 ? before.Least : long.MaxValue);
            if (quota >= 0 && shares.Used(below) - before.Milli - freed + least <= Math.Min(quota, shares.ShareOf(below)) + Tolerance)
                return false;
        }
        return true;
    }

    private bool MayTake(int queue, long milli, int branch, Taken taken, long freed, long back, bool keepQuota)
    {
        var quota = state.Layout.Queues[branch].QuotaMilliGpu;
        if (quota < 0)
            return false;
        var used = state.Queues.Used[branch] - taken.Milli;
        if (keepQuota && used - freed < quota)
            return false;
        // With any victim back at its least, the queue must be above what it deserves: else that one was taken without need.
        var least = Math.Min(back, taken.Milli > 0 ? taken.Least : long.MaxValue);
        var (ofQuota, ofShare) = (used - freed + least, shares.Used(branch) - taken.Milli - freed + least);
        // The branches meet above this one, so that the job's own side must hold up to there.
        var steps = Array.IndexOf(state.Shape.QueuePath[queue], Sibling(queue, branch));
        return (ofQuota > quota && Depth(queue, milli, Within.Quota) >= steps)
            || (ofShare > shares.ShareOf(branch) + Tolerance && Depth(queue, milli, Within.Share) >= steps);
    }

    private int Sibling(int queue, int branch)
    {
        var parent = state.Layout.Queues[branch].Parent;
        return Array.Find(state.Shape.QueuePath[queue], above => state.Layout.Queues[above].Parent == parent);
    }

    // How far up from the queue the job stays within quota or share; -1 when not even in its own queue.
    private int Depth(int queue, long milli, params ReadOnlySpan<Within> bounds)
    {
        var best = -1;
        foreach (var bound in bounds)
        {
            var depth = -1;
            foreach (var above in state.Shape.QueuePath[queue])
            {
                var quota = state.Layout.Queues[above].QuotaMilliGpu;
                // Quotas may add up to more than there is: what is deserved is never more than the share.
                var holds = shares.Used(above) + milli <= shares.ShareOf(above) + Tolerance
                    && (bound == Within.Share || quota < 0 || state.Queues.Used[above] + milli <= quota);
                if (!holds)
                    break;
                depth++;
            }
            best = Math.Max(best, depth);
        }
        return best;
    }

    private enum Within
    {
        Quota,
        Share,
    }

    /// <summary>What was taken of a queue so far, and the least with which one of its victims would come back.</summary>
    private readonly record struct Taken(long Milli, long Least);

    /// <summary>Adds victims up, by queue and by job: units of one job overlap, in whatever order they are taken.</summary>
    private sealed class Tally
    {
        private readonly Dictionary<int, Taken> _queues = [];
        private readonly Dictionary<JobId, long> _jobs = [];

        public Taken Of(int queue) => _queues.GetValueOrDefault(queue);

        /// <summary>What a unit frees on top of its job's units before.</summary>
        public long FreedBy(VictimUnit unit) =>
            Math.Max(0, unit.Victim.Held.MilliGpus - (unit.After?.MilliGpus ?? 0) - _jobs.GetValueOrDefault(unit.Victim.Job));

        public void Add(VictimUnit unit, int[] queues)
        {
            var freed = FreedBy(unit);
            _jobs[unit.Victim.Job] = _jobs.GetValueOrDefault(unit.Victim.Job) + freed;
            foreach (var queue in queues)
            {
                var before = Of(queue);
                _queues[queue] = new Taken(before.Milli + freed, before.Milli > 0 ? Math.Min(before.Least, unit.LeastBackMilli) : unit.LeastBackMilli);
            }
        }
    }
}
