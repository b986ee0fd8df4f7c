using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling;

/// <summary>The part of the second look that concerns what nodes share: feeds, loops and trunks.</summary>
internal static class PlanCheckShared
{
    public static void CheckPower(HallState state, Assignment assignment, List<PlanViolation> found)
    {
        var layout = state.Layout;
        var added = new Dictionary<int, Watts>();
        var woken = new HashSet<(int Node, int Gpu)>();
        foreach (var task in assignment.Tasks)
        {
            foreach (var gpu in task.Gpus)
            {
                if (state.FreeGpuMilli(task.Node)[gpu] < 1000 || !woken.Add((task.Node, gpu)))
                    continue;
                var node = layout.Nodes[task.Node];
                var model = layout.GpuModels[node.GpuModel];
                var limit = model.LimitAt(assignment.PowerPercent);
                Add(added, node.Rack, limit > model.Idle ? limit - model.Idle : Watts.Zero);
            }
        }
        var power = new Dictionary<int, Watts>();
        var heat = new Dictionary<int, Watts>();
        foreach (var (rack, draw) in added.Where(entry => entry.Value > Watts.Zero))
        {
            for (var domain = layout.Racks[rack].PowerDomain; domain >= 0; domain = layout.PowerDomains[domain].Parent)
                Add(power, domain, draw);
            foreach (var cooling in layout.Racks[rack].Cooling)
            {
                var before = state.RackDraw(rack);
                Add(heat, cooling.Loop, ((before + draw) * cooling.Share) - (before * cooling.Share));
            }
        }
        foreach (var (domain, draw) in power)
        {
            if (state.PowerCommitted(domain) + draw > state.PowerLimit(domain))
                found.Add(new PlanViolation("power", $"{layout.PowerDomains[domain].Id} would commit {state.PowerCommitted(domain) + draw} of {state.PowerLimit(domain)}"));
        }
        foreach (var (loop, draw) in heat)
        {
            if (draw > Watts.Zero && state.HeatCommitted(loop) + draw > state.CoolingCapacity(loop))
                found.Add(new PlanViolation("heat", $"{layout.CoolingLoops[loop].Id} would carry {state.HeatCommitted(loop) + draw} of {state.CoolingCapacity(loop)}"));
        }
    }

    public static void CheckNetwork(HallState state, JobSpec spec, Assignment assignment, List<PlanViolation> found)
    {
        var layout = state.Layout;
        var nodes = assignment.Tasks.Select(task => task.Node).Distinct().ToList();
        var racks = nodes.Select(node => layout.Racks[layout.Nodes[node].Rack]).ToList();
        var nvlink = nodes.Select(node => layout.Nodes[node].NvlinkDomain).Distinct().ToList();
        var leavesNvlink = nodes.Count > 1 && (nvlink.Count > 1 || nvlink[0] < 0);
        var spansLeaves = racks.Select(rack => rack.Leaf).Distinct().Count() > 1;
        var spansSpines = racks.Select(rack => rack.Spine).Distinct().Count() > 1;
        var reserved = new Dictionary<int, long>();
        foreach (var task in assignment.Tasks)
        {
            var needed = spec.Groups[task.Group].NetworkPerGpu;
            var node = layout.Nodes[task.Node];
            if (leavesNvlink && task.Gpus.Count > 0 && node.NetworkPerGpu.Megabits > 0 && needed > node.NetworkPerGpu)
                found.Add(new PlanViolation("adapter", $"node {node.Id} gives {node.NetworkPerGpu} a GPU, {needed} needed"));
            var rack = layout.Racks[node.Rack];
            if (spansLeaves && rack.LeafLink >= 0)
                reserved[rack.LeafLink] = reserved.GetValueOrDefault(rack.LeafLink) + needed.Megabits * task.Gpus.Count;
            if (spansLeaves && spansSpines && rack.SpineLink >= 0)
                reserved[rack.SpineLink] = reserved.GetValueOrDefault(rack.SpineLink) + needed.Megabits * task.Gpus.Count;
        }
        foreach (var (link, megabits) in reserved)
        {
            var left = state.LinkCapacity(link) - state.LinkReserved(link);
            if (megabits > 0 && megabits > left.Megabits)
                found.Add(new PlanViolation("link", $"{layout.Links[link].Id} would need {megabits} of {left.Megabits} Mbit/s"));
        }
    }

    private static void Add(Dictionary<int, Watts> sums, int key, Watts watts) =>
        sums[key] = sums.GetValueOrDefault(key) + watts;
}
