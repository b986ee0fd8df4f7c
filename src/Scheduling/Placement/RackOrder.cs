using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>The nodes of a domain as batches: one for a domain no wider than a rack, else one for each of its racks.</summary>
internal static class RackOrder
{
    public static IEnumerable<int[]> Of(HallState state, TaskDemand task, TopologyLevel level, int domain)
    {
        var nodes = state.Shape.Domains[(int)level].Nodes[domain];
        if (level >= TopologyLevel.Rack)
            return [nodes];
        var racks = new SortedSet<(int Spine, int Leaf, int Rack, int Domain)>();
        var last = -1;
        var map = state.Shape.Domains[(int)TopologyLevel.Rack];
        foreach (var node in nodes)
        {
            var rack = map.OfNode[node];
            if (rack == last)
                continue;
            last = rack;
            var free = Free(state, task, TopologyLevel.Rack, node);
            if (free > 0 || task.IsShare || !task.NeedsGpu)
                racks.Add((-Free(state, task, TopologyLevel.Spine, node), -Free(state, task, TopologyLevel.Leaf, node), -free, rack));
        }
        return racks.Select(rack => map.Nodes[rack.Domain]);
    }

    private static int Free(HallState state, TaskDemand task, TopologyLevel level, int node)
    {
        var domain = state.Shape.Domains[(int)level].OfNode[node];
        if (domain < 0)
            return 0;
        var free = 0;
        for (var model = 0; model < task.Allowed.Length - 1; model++)
        {
            if (task.Allowed[model + 1])
                free += state.Index.FreeIn((int)level, domain, model);
        }
        return free;
    }
}
