using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>What a gang reserves on the trunks: nothing below one leaf, else its GPUs' bandwidth above every leaf it touches.</summary>
internal static class LinkUses
{
    public static IReadOnlyList<LinkUse> Of(HallShape shape, JobSpec spec, Assignment assignment)
    {
        if (shape.Layout.Links.Count == 0 || assignment.Tasks.Count < 2)
            return [];
        var leaf = shape.Domains[(int)TopologyLevel.Leaf].OfNode;
        var spine = shape.Domains[(int)TopologyLevel.Spine].OfNode;
        var spansLeaves = Spans(assignment, leaf);
        if (!spansLeaves)
            return [];
        var spansSpines = Spans(assignment, spine);
        var uses = new SortedDictionary<int, long>();
        foreach (var task in assignment.Tasks)
        {
            var bandwidth = spec.Groups[task.Group].NetworkPerGpu.Megabits * task.Gpus.Count;
            var rack = shape.Layout.Racks[shape.Rack[task.Node]];
            Add(uses, rack.LeafLink, bandwidth);
            if (spansSpines)
                Add(uses, rack.SpineLink, bandwidth);
        }
        return [.. uses.Select(use => new LinkUse(use.Key, use.Value))];
    }

    private static bool Spans(Assignment assignment, int[] domainOfNode)
    {
        var first = domainOfNode[assignment.Tasks[0].Node];
        foreach (var task in assignment.Tasks)
        {
            if (domainOfNode[task.Node] != first)
                return true;
        }
        return false;
    }

    private static void Add(SortedDictionary<int, long> uses, int link, long bandwidth)
    {
        if (link < 0 || bandwidth == 0)
            return;
        uses.TryGetValue(link, out var sum);
        uses[link] = sum + bandwidth;
    }
}
