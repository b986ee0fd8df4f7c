using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>
/// Places a group in slices: every so many consecutive tasks inside one domain of a level, slices inside slices. What a
/// domain can hold is counted from the nodes up, rounded down to whole slices at every level.
/// </summary>
internal sealed class SliceFill(HallState scratch, TaskDemand task, ValueList<TopologySlice> slices, GangAttempt attempt)
{
    /// <summary>True when all tasks of the group found a place on the nodes.</summary>
    public bool Fills(int[] nodes) => Fill(nodes, 0, 0, task.Count) == task.Count;

    /// <summary>How many whole slices of every level the nodes hold, coarse to fine, each level counted by itself.</summary>
    public static int[] Fitting(HallState state, TaskDemand task, ValueList<TopologySlice> slices, int[] nodes)
    {
        var fitting = new int[slices.Count];
        var counter = new SliceFill(state, task, slices, null!);
        for (var depth = 0; depth < fitting.Length; depth++)
            fitting[depth] = counter.Usable(nodes, depth) / slices[depth].Size;
        return fitting;
    }

    private int Fill(int[] nodes, int depth, int placed, int upTo)
    {
        if (depth == slices.Count)
            return attempt.FillNodes(task, nodes, placed, upTo);
        var size = slices[depth].Size;
        var open = Children(nodes, depth).Select(child => (Nodes: child, Room: Whole(child, depth))).Where(child => child.Room > 0).ToList();
        while (placed < upTo && open.Count > 0)
        {
            var index = Best(open, upTo - placed);
            var (child, room) = open[index];
            open.RemoveAt(index);
            var before = placed;
            placed = Fill(child, depth + 1, placed, placed + Math.Min(room, upTo - placed));
            // Feeds and links are shared, so a domain may hold less than its nodes promised.
            var broken = (placed - before) % size;
            attempt.TakeBack(broken);
            placed -= broken;
        }
        return placed;
    }

    // The domain that takes all that is left with least to spare, else the roomiest.
    private static int Best(List<(int[] Nodes, int Room)> open, int needed)
    {
        var best = 0;
        for (var index = 1; index < open.Count; index++)
        {
            var (room, other) = (open[best].Room, open[index].Room);
            if (other >= needed ? room < needed || other < room : other > room)
                best = index;
        }
        return best;
    }

    private int Usable(int[] nodes, int depth)
    {
        var usable = 0;
        if (depth == slices.Count)
        {
            foreach (var node in nodes)
                usable += Math.Min(task.Count, NodeRules.Room(NodeRules.All, scratch, node, task));
            return Math.Min(task.Count, usable);
        }
        foreach (var child in Children(nodes, depth))
            usable += Whole(child, depth);
        return Math.Min(task.Count, usable);
    }

    private int Whole(int[] child, int depth) => Usable(child, depth + 1) / slices[depth].Size * slices[depth].Size;

    private IEnumerable<int[]> Children(int[] nodes, int depth)
    {
        var map = scratch.Shape.Domains[(int)slices[depth].Level];
        return nodes.Where(node => map.OfNode[node] >= 0).GroupBy(node => map.OfNode[node]).Select(group => group.ToArray());
    }
}
