using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>One try after another at putting a gang, or what it lacks, into a domain of a scratch copy.</summary>
/// <param name="scratch">The copy; it holds nothing of the job.</param>
/// <param name="demands">What is to be placed, one entry for each group.</param>
/// <param name="request">How the job wants its tasks grouped.</param>
/// <param name="profile">Where tasks are best put.</param>
/// <param name="draw">Random bits.</param>
/// <param name="kept">Tasks that stay where they are.</param>
internal sealed class GangAttempt(
    HallState scratch, TaskDemand[] demands, Domain.Jobs.TopologyRequest request, PlacementProfile profile, ulong draw,
    IReadOnlyList<TaskPlacement> kept)
{
    private readonly List<TaskPlacement> _tasks = [];
    private readonly TaskDemand[] _largestFirst = [.. demands.Where(task => task.Count > 0).OrderByDescending(task => task.Gpus * task.Milli)];
    private NodeChoice _firstChoice = NodeChoice.None;

    /// <summary>What has been placed so far, the kept tasks first.</summary>
    public IReadOnlyList<TaskPlacement> Tasks => _tasks;

    /// <summary>True when every task found a place in the domain.</summary>
    public bool Fills(TopologyLevel level, int domain)
    {
        var spread = scratch.Shape.SpreadIn(level, domain);
        foreach (var task in demands)
            (task.Spread, task.Rails) = (spread, 0);
        foreach (var task in kept)
            Put(task);
        // A gang that grows beyond one leaf loads the trunks with the tasks that it had there before, too.
        if (kept.Count > 0 && spread.HasFlag(Spread.Leaves) && kept.Any(Overloads))
            return false;
        foreach (var task in _largestFirst)
        {
            if (!Fill(task, level, domain))
                return false;
        }
        return true;
    }

    /// <summary>Empties the scratch copy of this gang.</summary>
    public void TakeBack() => TakeBack(_tasks.Count);

    public Placed ToPlaced(int percent)
    {
        var ordered = _tasks.OrderBy(task => task.Group).ThenBy(task => task.Task).ToValueList();
        return _firstChoice.ToPlaced(scratch.Layout, profile, new Assignment(ordered) { PowerPercent = percent });
    }

    /// <summary>Puts tasks on nodes, roomiest first, until so many of the group are placed.</summary>
    /// <returns>How many are placed now.</returns>
    internal int FillNodes(TaskDemand task, ReadOnlySpan<int> nodes, int placed, int upTo)
    {
        var rooms = new List<(int Room, int Leftover, int Node)>();
        foreach (var node in nodes)
        {
            var room = NodeRules.Room(NodeRules.All, scratch, node, task);
            if (room > 0)
                rooms.Add((Math.Min(room, upTo), scratch.Nodes.WholeFree[node], node));
        }
        // Roomiest first, of equals the one that is left with least.
        rooms.Sort((one, other) => one.Room != other.Room ? other.Room.CompareTo(one.Room)
            : one.Leftover != other.Leftover ? one.Leftover.CompareTo(other.Leftover)
            : one.Node.CompareTo(other.Node));
        if (upTo > 1 && task.Rails == 0 && UsesRails(task) && rooms.Count > 1)
            task.Rails = GpuChoice.CommonRails(scratch, rooms.Select(room => room.Node), task.Gpus);
        var next = 0;
        while (placed < upTo && next < rooms.Count)
        {
            var pick = next;
            // The last tasks go to the smallest node that still takes them all.
            while (pick + 1 < rooms.Count && rooms[next].Room >= upTo - placed && rooms[pick + 1].Room >= upTo - placed)
                pick++;
            (rooms[next], rooms[pick]) = (rooms[pick], rooms[next]);
            placed = FillNode(task, rooms[next].Node, placed, upTo);
            next++;
        }
        return placed;
    }

    /// <summary>Takes back the tasks placed last.</summary>
    internal void TakeBack(int count)
    {
        for (; count > 0; count--)
        {
            var placed = _tasks[^1];
            var task = demands[placed.Group];
            scratch.Give(placed, task.Cpu, task.Memory, task.Percent);
            scratch.Links.Reckon(task, placed.Node, -1);
            task.Apart?.Add(placed.Node, -1);
            _tasks.RemoveAt(_tasks.Count - 1);
        }
    }

    private bool Fill(TaskDemand task, TopologyLevel level, int domain)
    {
        if (request.Slices.Count > 0)
            return new SliceFill(scratch, task, request.Slices, this).Fills(scratch.Shape.Domains[(int)level].Nodes[domain]);
        return profile.IsExhaustive ? FillByScore(task, level, domain) : FillByRack(task, level, domain);
    }

    private bool FillByScore(TaskDemand task, TopologyLevel level, int domain)
    {
        var filter = new DomainFilter(scratch.Shape.Domains[(int)level].OfNode, domain);
        for (var number = 0; number < task.Count; number++)
        {
            var choice = NodeChoice.For(scratch, task, profile, draw + (ulong)_tasks.Count, filter);
            if (!choice.Best.Exists)
                return false;
            if (!_firstChoice.Best.Exists)
                _firstChoice = choice;
            Take(task, number, choice.Best);
        }
        return true;
    }

    // Rack by rack, the emptiest of the emptiest leaf first, so that the gang touches few racks and few leaves.
    private bool FillByRack(TaskDemand task, TopologyLevel level, int domain)
    {
        var placed = 0;
        foreach (var nodes in RackOrder.Of(scratch, task, level, domain))
        {
            placed = FillNodes(task, nodes, placed, task.Count);
            if (placed == task.Count)
                return true;
        }
        return false;
    }

    private int FillNode(TaskDemand task, int node, int placed, int upTo)
    {
        while (placed < upTo && NodeRules.Room(NodeRules.All, scratch, node, task) > 0)
        {
            var gpu = task.IsShare
                ? GpuChoice.Tightest(scratch, node, task, !GpuChoice.MayWakeGpu(scratch, node))
                : -1;
            if (task.IsShare && gpu < 0)
                return placed;
            if (!_firstChoice.Best.Exists)
                _firstChoice = new NodeChoice(Scored(task, node, gpu), Candidate.None);
            Take(task, placed, new Candidate(node, gpu, []));
            placed++;
        }
        return placed;
    }

    private bool UsesRails(TaskDemand task) =>
        task is { IsShare: false, NeedsGpu: true } && task.Gpus < scratch.Shape.MostGpus && task.Spread.HasFlag(Spread.NvlinkDomains);

    private Candidate Scored(TaskDemand task, int node, int gpu)
    {
        var scores = profile.Preferences.Select(preference => preference.Score(scratch, node, task, gpu, draw));
        return new Candidate(node, gpu, [.. scores]);
    }

    private void Take(TaskDemand task, int index, Candidate where) =>
        Put(Placer.TaskOn(scratch, task, task.NumberAt(index), where));

    private bool Overloads(TaskPlacement task)
    {
        var rack = scratch.Layout.Racks[scratch.Shape.Rack[task.Node]];
        return demands[task.Group].Bandwidth > 0
            && ((rack.LeafLink >= 0 && scratch.Links.Left(rack.LeafLink) < 0) || (rack.SpineLink >= 0 && scratch.Links.Left(rack.SpineLink) < 0));
    }

    private void Put(TaskPlacement placed)
    {
        var task = demands[placed.Group];
        scratch.Take(placed, task.Cpu, task.Memory, task.Percent);
        scratch.Links.Reckon(task, placed.Node, 1);
        task.Apart?.Add(placed.Node, 1);
        _tasks.Add(placed);
        if (!UsesRails(task))
            return;
        foreach (var gpu in placed.Gpus)
            task.Rails |= 1UL << (gpu & 63);
    }
}
