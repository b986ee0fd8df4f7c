using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>What must hold of a layout before anything is computed from it.</summary>
internal static class LayoutChecks
{
    /// <summary>The layout itself, once every index in it is known to point to something.</summary>
    public static HallLayout Checked(HallLayout layout)
    {
        for (var domain = 0; domain < layout.PowerDomains.Count; domain++)
            Require(layout.PowerDomains[domain].Parent < domain, layout, $"power domain {layout.PowerDomains[domain].Id} comes before its parent");
        foreach (var domain in layout.PowerDomains)
            Require(domain.BackedBy.All(backup => Exists(backup, layout.PowerDomains.Count)), layout, $"power domain {domain.Id} is backed by none of the hall");
        for (var queue = 0; queue < layout.Queues.Count; queue++)
            Require(layout.Queues[queue].Parent < queue, layout, $"queue {layout.Queues[queue].Id} comes before its parent");
        for (var rack = 0; rack < layout.Racks.Count; rack++)
            CheckRack(layout, rack);
        var expected = 0;
        foreach (var rack in layout.Racks)
        {
            Require(rack.FirstNode == expected, layout, $"the nodes of rack {rack.Id} do not follow the rack before it");
            expected += rack.NodeCount;
        }
        Require(expected == layout.Nodes.Count, layout, $"racks hold {expected} nodes, {layout.Nodes.Count} are listed");
        foreach (var node in layout.Nodes)
            Require(node.Gpus == 0 || Exists(node.GpuModel, layout.GpuModels.Count), layout, $"node {node.Id} has GPUs of no model");
        foreach (var model in layout.GpuModels)
            CheckInstances(layout, model);
        return layout;
    }

    private static void CheckInstances(HallLayout layout, HallGpuModel model)
    {
        if (model.Mig is not { } mig)
            return;
        Require(mig.MemorySlices is >= 1 and <= 8 && 1000 % mig.MemorySlices == 0, layout, $"{model.Name} has {mig.MemorySlices} memory slices, 1, 2, 4, 5 or 8 were expected");
        foreach (var profile in mig.Profiles)
        {
            var isWhole = profile.MemorySlices > 0 && profile.Starts.Count > 0
                && profile.Starts.All(start => start >= 0 && start + profile.MemorySlices <= mig.MemorySlices);
            Require(isWhole, layout, $"MIG profile {profile.Name} of {model.Name} begins nowhere, or reaches beyond the GPU");
        }
    }

    private static void CheckRack(HallLayout layout, int index)
    {
        var rack = layout.Racks[index];
        Require(rack.PowerDomain < layout.PowerDomains.Count, layout, $"rack {rack.Id} names no power domain");
        Require(rack.LeafLink < layout.Links.Count && rack.SpineLink < layout.Links.Count, layout, $"rack {rack.Id} names no link");
        foreach (var cooling in rack.Cooling)
            Require(Exists(cooling.Loop, layout.CoolingLoops.Count), layout, $"rack {rack.Id} names no cooling loop");
        for (var node = rack.FirstNode; node < rack.FirstNode + rack.NodeCount; node++)
            Require(Exists(node, layout.Nodes.Count) && layout.Nodes[node].Rack == index, layout, $"node {node} does not stand in rack {rack.Id}");
    }

    private static bool Exists(int index, int count) => index >= 0 && index < count;

    private static void Require(bool holds, HallLayout layout, string otherwise)
    {
        if (!holds)
            throw new InvariantException($"Layout of hall {layout.Hall}: {otherwise}.");
    }
}
