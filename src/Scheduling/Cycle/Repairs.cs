using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>
/// Keeps running jobs going whose nodes failed or are drained. In this order: a spare takes over; the missing tasks find
/// other nodes in the same domain while the healthy ones stay; an elastic job goes on smaller; the whole job starts
/// again elsewhere from its checkpoint; it waits. A job on a node that is only drained is moved when that is possible
/// and else left to run; so is a gang across a link that is down, which starts again whole from its checkpoint. A kernel on a GPU that failed stays: its own report says what went wrong, and moving it would
/// lose that.
/// </summary>
/// <param name="state">The hall.</param>
/// <param name="profile">Where tasks are best put.</param>
/// <param name="seed">Any number; recorded with the steps it repeats them.</param>
public sealed class Repairs(HallState state, PlacementProfile profile, ulong seed)
{
    /// <summary>Jobs that have tasks on failed or draining devices or cross a link that is down, by name.</summary>
    public IReadOnlyList<JobId> Damaged()
    {
        if (!state.Nodes.Condition.AsSpan().ContainsAny(NodeCondition.Failed, NodeCondition.Draining) && !state.Nodes.GpuFailed.Contains(true) && !state.Links.AnyCut)
            return [];
        return [.. state.Held.Where(held => held.Value.Assignment.Tasks.Any(task => IsLost(task) || IsDrained(task)) || IsCut(held.Value))
            .Where(held => !held.Value.Spec.Work.RunsOnDevice || held.Value.Assignment.Tasks.Any(task => state.Nodes.Condition[task.Node] == NodeCondition.Failed))
            .Select(held => held.Key).OrderBy(job => job.Value, StringComparer.Ordinal)];
    }

    /// <summary>The step for one job, or null when it stays as it is.</summary>
    public CycleStep? For(JobId job)
    {
        var (spec, held) = (state.SpecOf(job)!, state.AssignmentOf(job)!);
        if (!held.Tasks.Any(IsLost))
            return spec.Preemptible ? Away(job, spec, held) : null;
        if (BySpares(spec, held) is { } bySpares)
            return Step(StepKind.Repair, job, bySpares);
        List<TaskPlacement> kept = [.. held.Tasks.Where(task => !IsLost(task))];
        // Missing spares are not worth a search now: the job grows them back later.
        List<(int Group, int Task)> missing =
            [.. held.Tasks.Where(task => IsLost(task) && task.Task < spec.Groups[task.Group].Count).Select(task => (task.Group, task.Task))];
        if (missing.Count == 0)
            return Step(StepKind.Repair, job, held with { Tasks = kept.ToValueList() });
        if (kept.Count > 0 && Placer.Complete(state, job, kept, missing, profile, seed) is { } whole)
            return Step(StepKind.Repair, job, whole);
        var reason = WhyNoReplacement(spec, held, kept, missing);
        if (IsWhole(spec, kept))
            return Step(StepKind.Repair, job, held with { Tasks = kept.ToValueList() }) with { Reasons = [reason] };
        var without = state.Fork();
        without.Release(job);
        return Placer.TryPlace(without, job, spec, profile, seed) is { } placed
            ? Step(StepKind.Restart, job, placed.Assignment) with { Decision = placed, Reasons = [reason] }
            : Step(StepKind.Requeue, job, null) with { Reasons = [reason] };
    }

    private static CycleStep Step(StepKind kind, JobId job, Assignment? assignment) => new(kind, job, null, assignment, [], []);

    private static bool IsWhole(JobSpec spec, List<TaskPlacement> tasks) =>
        !spec.Groups.Where((group, index) => tasks.Count(task => task.Group == index && task.Task < group.Count) < group.AtLeast).Any();

    // Nothing is lost yet: a place is given up only for one that holds the same.
    private CycleStep? Away(JobId job, JobSpec spec, Assignment held)
    {
        if (held.Tasks.Any(IsDrained) && Drained(job, held) is { } moved)
            return Step(StepKind.Repair, job, moved);
        if (!IsCut(state.HeldBy(job)!))
            return null;
        var without = state.Fork();
        without.Release(job);
        return Placer.PlaceSame(without, job, spec, held, profile, seed) is { } whole ? Step(StepKind.Restart, job, whole) : null;
    }

    private Assignment? Drained(JobId job, Assignment held)
    {
        List<TaskPlacement> kept = [.. held.Tasks.Where(task => !IsDrained(task))];
        List<(int Group, int Task)> missing = [.. held.Tasks.Where(IsDrained).Select(task => (task.Group, task.Task))];
        if (kept.Count > 0)
            return Placer.Complete(state, job, kept, missing, profile, seed);
        var without = state.Fork();
        without.Release(job);
        return Placer.PlaceSame(without, job, state.SpecOf(job)!, held, profile, seed);
    }

    // A healthy spare of the same group takes the number of the task that lost its node; lost spares are given up.
    private Assignment? BySpares(JobSpec spec, Assignment held)
    {
        var spares = held.Tasks.Where(task => task.Task >= spec.Groups[task.Group].Count && !IsLost(task)).ToList();
        var tasks = new List<TaskPlacement>();
        foreach (var task in held.Tasks)
        {
            var isSpare = task.Task >= spec.Groups[task.Group].Count;
            if (!IsLost(task))
            {
                if (!isSpare)
                    tasks.Add(task);
                continue;
            }
            if (isSpare)
                continue;
            var at = spares.FindIndex(spare => spare.Group == task.Group);
            if (at < 0)
                return null;
            tasks.Add(spares[at] with { Task = task.Task });
            spares.RemoveAt(at);
        }
        tasks.AddRange(spares);
        var after = held with { Tasks = tasks.OrderBy(task => task.Group).ThenBy(task => task.Task).ToValueList() };
        return PlanCheckTopology.Holds(state.Layout, spec, after) ? after : null;
    }

    private Reason WhyNoReplacement(
        JobSpec spec, Assignment held, List<TaskPlacement> kept, List<(int Group, int Task)> missing)
    {
        var without = state.Fork();
        var demand = TaskDemand.Of(state.Shape, spec.At(held.PowerPercent), missing).First(task => task.Count > 0);
        demand.Percent = held.PowerPercent;
        var map = state.Shape.Domains[(int)(spec.Topology.Required ?? TopologyLevel.Hall)];
        // Where every task is lost, the domain it ran in is the one to stay in.
        var home = map.OfNode[(kept.Count > 0 ? kept : [.. held.Tasks])[0].Node];
        var excluded = new SortedDictionary<ReasonCode, int>();
        var looked = 0;
        for (var node = 0; node < map.OfNode.Length; node++)
        {
            if (state.Nodes.Condition[node] == NodeCondition.Failed)
                continue;
            looked++;
            if (Excludes(without, node, demand, map.OfNode[node] == home) is { } cause)
                excluded[cause] = excluded.GetValueOrDefault(cause) + 1;
        }
        var lost = held.Tasks.First(IsLost).Node;
        return new Reason(ReasonCode.NoReplacement, state.Layout.Nodes[lost].Id.Value, missing.Count, 0, "tasks", [], 0)
        {
            NodesLookedAt = looked,
            Excluded = excluded.Select(cause => new NodesExcluded(cause.Key, cause.Value)).ToValueList(),
        };
    }

    private static ReasonCode? Excludes(HallState hall, int node, TaskDemand demand, bool isHome)
    {
        if (!isHome)
            return ReasonCode.TopologyShort;
        return Array.Find(NodeRules.All, rule => rule.Room(hall, node, demand) == 0)?.Code;
    }

    private bool IsLost(TaskPlacement task) =>
        state.Nodes.Condition[task.Node] == NodeCondition.Failed || task.Gpus.Any(gpu => state.IsGpuFailed(task.Node, gpu));

    private bool IsCut(HeldJob held) => held.Links.Any(use => state.Links.Down[use.Link]);

    private bool IsDrained(TaskPlacement task) => state.Nodes.Condition[task.Node] == NodeCondition.Draining;
}
