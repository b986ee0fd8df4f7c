using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>Finds room for a job that does not fit: by moving others, by reclaiming from other queues, by preempting in its own.</summary>
internal sealed class RoomFinder(HallState state, FairShares? shares, CycleOptions options)
{
    // Whoever moves starts again from its last checkpoint: a longer chain would cost more than it gives.
    private const int MostChained = 4;

    private readonly RoomSearch _search = new(state, options.Profile, options.Seed);
    private readonly EvictionRights? _rights = shares is null ? null : new EvictionRights(state, shares);
    private readonly HashSet<JobId> _touched = [];
    private Victims? _victims;

    private Victims Victims => _victims ??= new Victims(state, options.Runs, options.Now);

    /// <summary>The step that lets a waiting job start, or null.</summary>
    /// <param name="job">The job.</param>
    /// <param name="searches">Counts the searches made.</param>
    public CycleStep? For(WaitingJob job, ref int searches)
    {
        if (_touched.Contains(job.Job) || state.JobCount == 0)
            return null;
        var goal = new RoomGoal(job.Job, job.Spec, TaskDemand.Of(state.Shape, job.Spec), [], []);
        var queue = state.QueueOf(job.Spec.Queue);
        return ByMoving(goal, ref searches)
            ?? ByReclaiming(goal, queue, ref searches)
            ?? ByPreempting(goal, queue, ref searches);
    }

    /// <summary>The room that tasks of a running job find in queues that hold too much, or null.</summary>
    public CycleStep? ForGrowth(RoomGoal goal, ref int searches) =>
        ByReclaiming(goal, state.QueueOf(goal.Spec.Queue), ref searches) is { } step ? step with { Kind = StepKind.Reclaim } : null;

    private CycleStep? ByMoving(RoomGoal goal, ref int searches)
    {
        // Moving frees nothing: without enough free GPUs there is nothing to gather.
        if (!options.MayMove || FreeMilli() < goal.Milli)
            return null;
        searches++;
        VictimUnit[] movable = [.. Victims.Units.Where(unit => unit.After is null && !_touched.Contains(unit.Victim.Job))
            .OrderBy(unit => unit.Victim.Held.MilliGpus).ThenBy(unit => UsedOn(unit.Victim.Held.Tasks[0].Node))];
        return Step(StepKind.Consolidate, goal, _search.Find(goal, movable, units => units, replace: true) ?? ByChain(goal, movable));
    }

    // Clearing a node fails where nobody on it fits elsewhere; a job of one task may then take the place of one that
    // takes the place of another.
    private Room? ByChain(RoomGoal goal, VictimUnit[] movable)
    {
        if (!MovableTasks.IsSingle(goal.Spec))
            return null;
        var chains = new RoomByMoving(state, options.Profile, MostChained);
        foreach (var unit in movable.Take(RoomSearch.MostUnits))
            chains.Add(unit.Victim.Job);
        if (chains.Find(goal.Job, goal.Spec, options.Seed) is not { } plan)
            return null;
        var rack = state.Layout.Racks[state.Shape.Rack[plan.Assignment.Tasks[0].Node]];
        var decision = new Placed(plan.Assignment, [], [], [rack.Id], 0);
        return new Room(
            decision, plan.Assignment, [], plan.Moves.Select(move => new ChangedJob(move.Job, move.To, true)).ToValueList(), int.MinValue, 0);
    }

    private CycleStep? ByReclaiming(RoomGoal goal, int queue, ref int searches)
    {
        if (!options.MayEvict || _rights is null || options.HasYielded(goal.Job) || !_rights.MayReclaim(queue, goal.Milli))
            return null;
        searches++;
        var branches = _rights.ReclaimableBranches(queue, goal.Milli);
        if (!branches.Contains(true))
            return null;
        VictimUnit[] some = [.. Victims.Units.Where(unit => unit.Victim.Queue >= 0 && branches[unit.Victim.Queue] && !_touched.Contains(unit.Victim.Job))];
        // Cheapest first; where small victims leave too little of a queue's surplus for a large one, the largest first.
        var room = _search.Find(goal, some, units => _rights.ToReclaim(units, queue, goal.Milli), replace: false)
            ?? _search.Find(goal, [.. some.OrderByDescending(unit => unit.FreedMilli)], units => _rights.ToReclaim(units, queue, goal.Milli), replace: false);
        return Step(StepKind.Reclaim, goal, room);
    }

    private CycleStep? ByPreempting(RoomGoal goal, int queue, ref int searches)
    {
        if (!options.MayEvict || options.HasYielded(goal.Job) || !state.Queues.HasLower(queue, goal.Spec.Priority))
            return null;
        VictimUnit[] lower = [.. EvictionRights.ToPreempt(Victims.Units, queue, goal.Spec.Priority).Where(unit => !_touched.Contains(unit.Victim.Job))];
        if (lower.Length == 0)
            return null;
        searches++;
        var room = _search.Find(goal, lower, units => units, replace: false);
        return room is not null && StaysWithinPart(queue, room) ? Step(StepKind.Preempt, goal, room) : null;
    }

    // A preemption that took its queue further above its part would be undone by a reclaim, and that by it. What elastic
    // victims had grown by does not count: they come back at their least.
    private bool StaysWithinPart(int queue, Room room)
    {
        if (shares is null || queue < 0)
            return true;
        var gain = room.Assignment.MilliGpus - room.Evicted.Sum(job => state.SpecOf(job)!.LeastMilliGpus);
        return gain <= 0 || Array.TrueForAll(state.Shape.QueuePath[queue], above => shares.Used(above) + gain <= shares.ShareOf(above) + EvictionRights.Tolerance);
    }

    private CycleStep? Step(StepKind kind, RoomGoal goal, Room? room)
    {
        if (room is null)
            return null;
        // Whoever lost something in this pass neither loses more nor takes from others in it.
        _touched.UnionWith(room.Evicted);
        _touched.UnionWith(room.Changed.Select(change => change.Job));
        _touched.Add(goal.Job);
        return new CycleStep(kind, goal.Job, room.Decision, room.Assignment, room.Evicted, room.Changed);
    }

    private long FreeMilli()
    {
        var free = 0L;
        for (var node = 0; node < state.Shape.Gpus.Length; node++)
        {
            if (state.Nodes.Condition[node] == NodeCondition.Ready)
                free += state.Nodes.MilliFree[node];
        }
        return free;
    }

    private int UsedOn(int node) => (state.Shape.Gpus[node] * 1000) - state.Nodes.MilliFree[node];
}
