using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>What has to find room: a job that waits, or tasks that a running job lacks.</summary>
/// <param name="Job">The job.</param>
/// <param name="Spec">What it asks for.</param>
/// <param name="Demands">What is to be placed.</param>
/// <param name="Kept">Tasks of a running job that stay; empty for a job that waits.</param>
/// <param name="Missing">Tasks that a running job lacks; empty for a job that waits.</param>
internal sealed record RoomGoal(
    JobId Job, JobSpec Spec, TaskDemand[] Demands, IReadOnlyList<TaskPlacement> Kept, IReadOnlyList<(int Group, int Task)> Missing)
{
    /// <summary>GPUs to be found, in thousandths.</summary>
    public long Milli => Demands.Sum(task => (long)task.Count * task.Gpus * task.Milli);
}

/// <summary>Room that was found, and at whose cost.</summary>
/// <param name="Decision">For a job that waits, the decision.</param>
/// <param name="Assignment">What the job holds afterwards.</param>
/// <param name="Evicted">Jobs that lose everything.</param>
/// <param name="Changed">Jobs that shrink or move.</param>
/// <param name="TopPriority">Highest priority among those who lose something.</param>
/// <param name="Lost">Work lost.</param>
internal sealed record Room(
    Placed? Decision, Assignment Assignment, ValueList<JobId> Evicted, ValueList<ChangedJob> Changed, int TopPriority, double Lost);

/// <summary>
/// Looks for the victims that make room for a job. It first lets all of them go on a copy: what does not fit then, no
/// eviction helps, and nobody is touched. Else it lets them go one after another, cheapest first, in one domain after
/// another, until the job fits, and gives everybody back what the job did not come to need.
/// </summary>
internal sealed class RoomSearch(HallState state, PlacementProfile profile, ulong seed)
{
    /// <summary>How many domains are tried for one job: each costs a copy of the hall.</summary>
    private const int MostDomains = 16;

    /// <summary>How many domains with room are compared by cost.</summary>
    private const int MostFound = 4;

    /// <summary>Victims that are considered for one job, cheapest first.</summary>
    public const int MostUnits = 32_768;

    private HallState? _copy;

    private HallState Work => _copy ??= state.Fork();

    /// <summary>The cheapest room found, or null when no victims help.</summary>
    /// <param name="goal">What has to find room.</param>
    /// <param name="units">Everybody who could make room, cheapest first.</param>
    /// <param name="allowed">Of such a list, those that may be taken together, in the same order.</param>
    /// <param name="replace">True when everybody who goes must be placed again elsewhere.</param>
    public Room? Find(
        RoomGoal goal, IReadOnlyList<VictimUnit> units, Func<IEnumerable<VictimUnit>, IEnumerable<VictimUnit>> allowed, bool replace)
    {
        if (units.Count == 0 || !AllTogetherHelp(goal, units))
            return null;
        var level = Level(goal);
        if (level == TopologyLevel.Hall)
            return In(goal, level, 0, [.. allowed(units).Take(MostUnits)], replace);
        var found = new List<Room>();
        foreach (var (domain, touching) in Domains(goal, units, level).Take(MostDomains))
        {
            if (In(goal, level, domain, [.. allowed(touching)], replace) is not { } room)
                continue;
            found.Add(room);
            if (found.Count == MostFound)
                break;
        }
        // Who loses most weighs more than how much is lost in all.
        return found.OrderBy(room => room.Evicted.Count == 0 ? 0 : 1).ThenBy(room => room.TopPriority).ThenBy(room => room.Lost)
            .ThenBy(room => room.Evicted.Count + room.Changed.Count).FirstOrDefault();
    }

    private bool AllTogetherHelp(RoomGoal goal, IReadOnlyList<VictimUnit> units)
    {
        Work.CopyFrom(state);
        foreach (var unit in units)
        {
            if (Work.Contains(unit.Victim.Job) && unit.After is null)
                Work.Release(unit.Victim.Job);
        }
        foreach (var unit in units)
        {
            // Of a job that may only shrink, its last step is what counts: the list holds them in order.
            if (Work.Contains(unit.Victim.Job))
                ShrinkTo(unit.Victim, unit.After!);
        }
        return Try(goal) is not null;
    }

    // Where the victims must lie together to be of use: for a job of one task, on one node.
    private static TopologyLevel Level(RoomGoal goal)
    {
        if (goal.Demands.Sum(task => task.Count) == 1 && goal.Kept.Count == 0)
            return TopologyLevel.Node;
        return goal.Kept.Count > 0 ? TopologyLevel.Hall : goal.Spec.Topology.Required ?? TopologyLevel.Hall;
    }

    // Domains in the order in which the cheapest victims lie in them, each with the victims that touch it.
    private IEnumerable<(int Domain, List<VictimUnit> Touching)> Domains(RoomGoal goal, IReadOnlyList<VictimUnit> units, TopologyLevel level)
    {
        var map = state.Shape.Domains[(int)level];
        var touching = new Dictionary<int, List<VictimUnit>>();
        var order = new List<int>();
        foreach (var unit in units)
        {
            var last = -1;
            foreach (var task in unit.Victim.Held.Tasks)
            {
                var domain = map.OfNode[task.Node];
                if (domain < 0 || domain == last)
                    continue;
                last = domain;
                if (!touching.TryGetValue(domain, out var list))
                {
                    touching.Add(domain, list = []);
                    order.Add(domain);
                }
                if (list.Count == 0 || list[^1] != unit)
                    list.Add(unit);
            }
        }
        var needed = goal.Milli;
        return order
            .Select(domain => (Domain: domain, Lacking: needed - FreeMilli(level, domain, goal), Freed: FreedIn(touching[domain], map, domain)))
            .Where(one => one.Freed >= one.Lacking)
            .OrderBy(one => one.Lacking)
            .Select(one => (one.Domain, touching[one.Domain]));
    }

    private static long FreedIn(List<VictimUnit> units, DomainMap map, int domain)
    {
        var sum = 0L;
        Victim? last = null;
        foreach (var unit in units)
        {
            if (unit.Victim == last)
                continue;
            last = unit.Victim;
            foreach (var task in unit.Victim.Held.Tasks)
            {
                if (map.OfNode[task.Node] == domain)
                    sum += (long)task.Gpus.Count * task.GpuMilli;
            }
        }
        return sum;
    }

    private long FreeMilli(TopologyLevel level, int domain, RoomGoal goal)
    {
        var free = 0L;
        foreach (var node in state.Shape.Domains[(int)level].Nodes[domain])
        {
            if (state.Nodes.Condition[node] == NodeCondition.Ready && Array.Exists(goal.Demands, task => task.Allowed[state.Shape.Model[node] + 1]))
                free += state.Nodes.MilliFree[node];
        }
        return free;
    }

    private Room? In(RoomGoal goal, TopologyLevel level, int domain, List<VictimUnit> units, bool replace)
    {
        Work.CopyFrom(state);
        var needed = goal.Milli;
        var free = FreeMilli(level, domain, goal);
        var next = 0;
        for (var index = 0; index < units.Count; index++)
        {
            Apply(units[index]);
            free += units[index].FreedMilli;
            // Long lists are tried at growing distances; who was let go in vain gets everything back below.
            if (index + 1 < units.Count && (free < needed || index < next))
                continue;
            next = index + 1 + (index / 8);
            if (Try(goal) is { } answer)
                return Settle(goal, answer, units.Take(index + 1), replace);
        }
        return null;
    }

    private void Apply(VictimUnit unit)
    {
        if (!Work.Contains(unit.Victim.Job))
            return;
        if (unit.After is null)
            Work.Release(unit.Victim.Job);
        else
            ShrinkTo(unit.Victim, unit.After);
    }

    private void ShrinkTo(Victim victim, Assignment after)
    {
        Work.Release(victim.Job);
        Work.AssignAgain(victim.Job, victim.Spec, after, victim.Held);
    }

    private (Placed? Decision, Assignment Assignment)? Try(RoomGoal goal)
    {
        if (goal.Missing.Count > 0)
            return Placer.Complete(Work, goal.Job, goal.Kept, goal.Missing, profile, seed) is { } assignment ? (null, assignment) : null;
        return Placer.TryPlace(Work, goal.Job, goal.Spec, profile, seed) is { } placed ? (placed, placed.Assignment) : null;
    }

    private Room? Settle(RoomGoal goal, (Placed? Decision, Assignment Assignment) answer, IEnumerable<VictimUnit> units, bool replace)
    {
        if (Work.Contains(goal.Job))
            Work.Reassign(goal.Job, answer.Assignment);
        else
            Work.Assign(goal.Job, goal.Spec, answer.Assignment);
        // What was exceeded before may be exceeded as much again by those who come back, but not more.
        Work.AllowWhat(state);
        var (evicted, changed) = (new List<JobId>(), new List<ChangedJob>());
        var (top, lost) = (int.MinValue, 0.0);
        // The dearest first: what is left over goes to whom an eviction would cost most.
        foreach (var victim in units.Reverse().Select(unit => unit.Victim).Distinct())
        {
            var before = Work.AssignmentOf(victim.Job);
            if (GiveBack(victim, before, mayShrink: !replace))
                continue;
            var after = Work.AssignmentOf(victim.Job);
            if (after is null && replace)
            {
                after = Placer.PlaceSame(Work, victim.Job, victim.Spec, victim.Held, profile, seed);
                if (after is null)
                    return null;
                Work.Assign(victim.Job, victim.Spec, after);
                changed.Add(new ChangedJob(victim.Job, after, true));
            }
            else if (after is null)
            {
                evicted.Add(victim.Job);
                (top, lost) = (Math.Max(top, victim.Spec.Priority), lost + victim.LostMilliSeconds);
            }
            else
            {
                changed.Add(new ChangedJob(victim.Job, after, false));
                top = Math.Max(top, victim.Spec.Priority);
            }
        }
        return new Room(answer.Decision, answer.Assignment, evicted.ToValueList(), changed.ToValueList(), top, lost);
    }

    // Gives a victim back as much as fits; true when that is everything.
    private bool GiveBack(Victim victim, Assignment? now, bool mayShrink)
    {
        if (now is not null)
            Work.Release(victim.Job);
        if (Work.TryAssignAgain(victim.Job, victim.Spec, victim.Held, victim.Held))
            return true;
        foreach (var smaller in !mayShrink ? [] : ElasticSize.Shrinks(victim.Spec, victim.Held))
        {
            if (Work.TryAssignAgain(victim.Job, victim.Spec, smaller, victim.Held))
                return false;
        }
        return false;
    }
}
