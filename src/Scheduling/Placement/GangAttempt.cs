using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>One try after another at putting a gang into a domain of a scratch copy.</summary>
internal sealed class GangAttempt(HallState scratch, TaskDemand[] demands, PlacementProfile profile, ulong draw)
{
    private readonly List<TaskPlacement> _tasks = [];
    private readonly TaskDemand[] _largestFirst = [.. demands.OrderByDescending(task => task.Gpus * task.Milli)];
    private NodeChoice _firstChoice = NodeChoice.None;

    /// <summary>What has been placed so far.</summary>
    public IReadOnlyList<TaskPlacement> Tasks => _tasks;

    /// <summary>True when every task found a place in the domain.</summary>
    public bool Fills(TopologyLevel level, int domain)
    {
        var spread = scratch.Shape.SpreadIn(level, domain);
        foreach (var task in _largestFirst)
        {
            task.Spread = spread;
            var whole = profile.IsExhaustive ? FillByScore(task, level, domain) : FillByRack(task, level, domain);
            if (!whole)
                return false;
        }
        return true;
    }

    /// <summary>Empties the scratch copy of this gang.</summary>
    public void TakeBack()
    {
        for (var index = _tasks.Count - 1; index >= 0; index--)
        {
            var placed = _tasks[index];
            var task = demands[placed.Group];
            scratch.Give(placed.Node, placed.Gpus.Items.AsSpan(), placed.GpuMilli, task.Cpu, task.Memory);
            scratch.Links.Reckon(task, placed.Node, -1);
        }
        _tasks.Clear();
    }

    public Placed ToPlaced()
    {
        var ordered = _tasks.OrderBy(task => task.Group).ThenBy(task => task.Task).ToValueList();
        return _firstChoice.ToPlaced(scratch.Layout, profile, new Assignment(ordered));
    }

    private bool FillByScore(TaskDemand task, TopologyLevel level, int domain)
    {
        var filter = new DomainFilter(scratch.Shape.Domains[(int)level].OfNode, domain);
        for (var number = 0; number < task.Count; number++)
        {
            var choice = NodeChoice.For(scratch, task, profile, draw + (ulong)_tasks.Count, filter);
            if (!choice.Best.Exists)
                return false;
            Take(task, number, choice.Best);
            if (_tasks.Count == 1)
                _firstChoice = choice;
        }
        return true;
    }

    // Rack by rack, the emptiest of the emptiest leaf first, so that the gang touches few racks and few leaves.
    private bool FillByRack(TaskDemand task, TopologyLevel level, int domain)
    {
        var placed = 0;
        foreach (var nodes in RackOrder.Of(scratch, task, level, domain))
        {
            placed = FillNodes(task, nodes, placed);
            if (placed == task.Count)
                return true;
        }
        return false;
    }

    private int FillNodes(TaskDemand task, ReadOnlySpan<int> nodes, int placed)
    {
        var rooms = new List<(int Room, int Leftover, int Node)>();
        foreach (var node in nodes)
        {
            var room = NodeRules.Room(NodeRules.All, scratch, node, task);
            if (room > 0)
                rooms.Add((Math.Min(room, task.Count), scratch.Nodes.WholeFree[node], node));
        }
        // Roomiest first, of equals the one that is left with least.
        rooms.Sort((one, other) => one.Room != other.Room ? other.Room.CompareTo(one.Room)
            : one.Leftover != other.Leftover ? one.Leftover.CompareTo(other.Leftover)
            : one.Node.CompareTo(other.Node));
        var next = 0;
        while (placed < task.Count && next < rooms.Count)
        {
            var pick = next;
            // The last tasks go to the smallest node that still takes them all.
            while (pick + 1 < rooms.Count && rooms[next].Room >= task.Count - placed && rooms[pick + 1].Room >= task.Count - placed)
                pick++;
            (rooms[next], rooms[pick]) = (rooms[pick], rooms[next]);
            placed = FillNode(task, rooms[next].Node, placed);
            next++;
        }
        return placed;
    }

    private int FillNode(TaskDemand task, int node, int placed)
    {
        while (placed < task.Count && NodeRules.Room(NodeRules.All, scratch, node, task) > 0)
        {
            var gpu = task.IsShare
                ? GpuChoice.Tightest(scratch, node, task.Milli, !GpuChoice.MayWakeGpu(scratch, node))
                : -1;
            if (task.IsShare && gpu < 0)
                return placed;
            if (_tasks.Count == 0)
                _firstChoice = new NodeChoice(Scored(task, node, gpu), Candidate.None);
            Take(task, placed, new Candidate(node, gpu, []));
            placed++;
        }
        return placed;
    }

    private Candidate Scored(TaskDemand task, int node, int gpu)
    {
        var scores = profile.Preferences.Select(preference => preference.Score(scratch, node, task, gpu, draw));
        return new Candidate(node, gpu, [.. scores]);
    }

    private void Take(TaskDemand task, int number, Candidate where)
    {
        var placed = Placer.TaskOn(scratch, task, number, where);
        scratch.Take(placed.Node, placed.Gpus.Items.AsSpan(), placed.GpuMilli, task.Cpu, task.Memory);
        scratch.Links.Reckon(task, placed.Node, 1);
        _tasks.Add(placed);
    }
}
