using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>Puts a gang on nodes of a scratch copy under some of the rules only, so that one can tell which rule is in the way.</summary>
internal sealed class RelaxedFill(HallState scratch, TaskDemand[] demands)
{
    private readonly TaskDemand[] _largestFirst = [.. demands.OrderByDescending(task => task.Gpus * task.Milli)];
    private readonly List<TaskPlacement> _placed = [];

    /// <summary>What found a place.</summary>
    public IReadOnlyList<TaskPlacement> Placed => _placed;

    /// <summary>Tasks of the whole gang.</summary>
    public int Asked { get; } = demands.Sum(task => task.Count);

    /// <summary>The group that did not find a place for all its tasks; meaningful after a fill that failed.</summary>
    public TaskDemand Blocked { get; private set; } = demands[0];

    /// <summary>How many tasks of <see cref="Blocked"/> found a place.</summary>
    public int PlacedOfBlocked { get; private set; }

    /// <summary>True when every task found a place; what was placed stays until <see cref="TakeBack"/>.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="rules">The rules; they must include the free GPUs, without which there is nothing to take.</param>
    public bool Fills(IReadOnlyList<int> nodes, NodeRule[] rules)
    {
        foreach (var task in _largestFirst)
        {
            var placed = Fill(task, nodes, rules);
            if (placed == task.Count)
                continue;
            (Blocked, PlacedOfBlocked) = (task, placed);
            return false;
        }
        return true;
    }

    /// <summary>Empties the scratch copy of this gang.</summary>
    public void TakeBack()
    {
        for (var index = _placed.Count - 1; index >= 0; index--)
        {
            var placed = _placed[index];
            var task = Array.Find(demands, demand => demand.Group == placed.Group)!;
            scratch.Give(placed, task.Cpu, task.Memory, task.Percent);
            scratch.Links.Reckon(task, placed.Node, -1);
            task.Apart?.Add(placed.Node, -1);
        }
        _placed.Clear();
    }

    // What draws least goes first: with one kind of node in a tree of limits no order places more.
    private int Fill(TaskDemand task, IReadOnlyList<int> nodes, NodeRule[] rules)
    {
        var open = new List<(long Draw, int Room, int Node)>();
        foreach (var node in nodes)
        {
            var room = NodeRules.Room(rules, scratch, node, task);
            if (room > 0)
                open.Add((scratch.Shape.DrawOf(node, task), -Math.Min(room, task.Count), node));
        }
        open.Sort();
        var placed = 0;
        foreach (var (_, _, node) in open)
        {
            while (placed < task.Count && NodeRules.Room(rules, scratch, node, task) > 0 && Takes(task, placed, node, rules))
                placed++;
            if (placed == task.Count)
                break;
        }
        return placed;
    }

    private bool Takes(TaskDemand task, int number, int node, NodeRule[] rules)
    {
        var gpu = task.IsShare ? GpuChoice.Tightest(scratch, node, task, !MayWakeGpu(node, rules)) : -1;
        if (task.IsShare && gpu < 0)
            return false;
        var placed = Placer.TaskOn(scratch, task, number, new Candidate(node, gpu, []));
        scratch.Take(placed, task.Cpu, task.Memory, task.Percent);
        scratch.Links.Reckon(task, node, 1);
        task.Apart?.Add(node, 1);
        _placed.Add(placed);
        return true;
    }

    private bool MayWakeGpu(int node, NodeRule[] rules)
    {
        var (rack, lease) = (scratch.Shape.Rack[node], scratch.Shape.LeaseOf(scratch.Shape.Model[node], 100));
        return lease == 0
            || ((!rules.Contains(NodeRules.Power) || scratch.Power.Headroom(rack) >= lease)
                && (!rules.Contains(NodeRules.Heat) || scratch.Power.CoolingAllows(rack, lease)));
    }
}
