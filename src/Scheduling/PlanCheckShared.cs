using ControlPlane.Domain;
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
        for (var failed = 0; failed < layout.PowerDomains.Count; failed++)
            CheckFailure(state, failed, power, found);
        foreach (var (loop, draw) in heat)
        {
            if (draw > Watts.Zero && state.HeatCommitted(loop) + draw > state.CoolingCapacity(loop))
                found.Add(new PlanViolation("heat", $"{layout.CoolingLoops[loop].Id} would carry {state.HeatCommitted(loop) + draw} of {state.CoolingCapacity(loop)}"));
        }
    }

    // Lets one domain fail and adds up what its backups and all above them then carry.
    private static void CheckFailure(HallState state, int failed, Dictionary<int, Watts> power, List<PlanViolation> found)
    {
        var domains = state.Layout.PowerDomains;
        var backups = domains[failed].BackedBy;
        if (backups.Count == 0)
            return;
        var moved = new Dictionary<int, double>();
        foreach (var backup in backups)
        {
            for (var domain = backup; domain >= 0 && !IsAbove(domains, domain, failed); domain = domains[domain].Parent)
                moved[domain] = moved.GetValueOrDefault(domain) + (After(failed).Milliwatts / (double)backups.Count);
        }
        var isGroup = backups.Count > 1 && backups.All(backup => domains[backup].BackedBy.Contains(failed));
        if (isGroup && power.GetValueOrDefault(failed) > Watts.Zero && After(failed).Milliwatts > state.PowerLimit(failed).Milliwatts / (backups.Count + 1) * backups.Count)
            found.Add(new PlanViolation("power", $"{domains[failed].Id} would be loaded beyond {backups.Count} of {backups.Count + 1} parts"));
        foreach (var (domain, milliwatts) in moved)
        {
            var isBurdened = power.GetValueOrDefault(domain) > Watts.Zero || power.GetValueOrDefault(failed) > Watts.Zero;
            if (isBurdened && After(domain).Milliwatts + milliwatts > state.PowerLimit(domain).Milliwatts + 0.5)
                found.Add(new PlanViolation("power", $"{domains[domain].Id} would carry more than {state.PowerLimit(domain)} when {domains[failed].Id} fails"));
        }

        Watts After(int domain) => state.PowerCommitted(domain) + power.GetValueOrDefault(domain);
    }

    private static bool IsAbove(ValueList<Domain.Halls.HallPowerDomain> domains, int upper, int lower)
    {
        for (var domain = lower; domain >= 0; domain = domains[domain].Parent)
        {
            if (domain == upper)
                return true;
        }
        return false;
    }

    public static void CheckNetwork(HallState state, JobSpec spec, Assignment assignment, Assignment? before, List<PlanViolation> found)
    {
        var layout = state.Layout;
        var nodes = assignment.Tasks.Select(task => task.Node).Distinct().ToList();
        var nvlink = nodes.Select(node => layout.Nodes[node].NvlinkDomain).Distinct().ToList();
        var leavesNvlink = nodes.Count > 1 && (nvlink.Count > 1 || nvlink[0] < 0);
        foreach (var task in assignment.Tasks)
        {
            var needed = spec.Groups[task.Group].NetworkPerGpu;
            var node = layout.Nodes[task.Node];
            if (leavesNvlink && task.Gpus.Count > 0 && node.NetworkPerGpu.Megabits > 0 && needed > node.NetworkPerGpu)
                found.Add(new PlanViolation("adapter", $"node {node.Id} gives {node.NetworkPerGpu} a GPU, {needed} needed"));
        }
        // What it had on a trunk it may keep, though the trunk is down now.
        var had = before is null ? [] : OnLinks(layout, spec, before);
        foreach (var (link, megabits) in OnLinks(layout, spec, assignment))
        {
            var left = state.LinkCapacity(link) - state.LinkReserved(link);
            if (megabits > left.Megabits && megabits > had.GetValueOrDefault(link))
                found.Add(new PlanViolation("link", $"{layout.Links[link].Id} would need {megabits} of {left.Megabits} Mbit/s"));
        }
    }

    private static Dictionary<int, long> OnLinks(Domain.Halls.HallLayout layout, JobSpec spec, Assignment assignment)
    {
        var racks = assignment.Tasks.Select(task => layout.Racks[layout.Nodes[task.Node].Rack]).ToList();
        var spansLeaves = racks.Select(rack => rack.Leaf).Distinct().Count() > 1;
        var spansSpines = racks.Select(rack => rack.Spine).Distinct().Count() > 1;
        var reserved = new Dictionary<int, long>();
        foreach (var task in assignment.Tasks)
        {
            var needed = spec.Groups[task.Group].NetworkPerGpu;
            var rack = layout.Racks[layout.Nodes[task.Node].Rack];
            if (spansLeaves && rack.LeafLink >= 0)
                reserved[rack.LeafLink] = reserved.GetValueOrDefault(rack.LeafLink) + needed.Megabits * task.Gpus.Count;
            if (spansLeaves && spansSpines && rack.SpineLink >= 0)
                reserved[rack.SpineLink] = reserved.GetValueOrDefault(rack.SpineLink) + needed.Megabits * task.Gpus.Count;
        }
        return reserved.Where(link => link.Value > 0).ToDictionary();
    }

    private static void Add(Dictionary<int, Watts> sums, int key, Watts watts) =>
        sums[key] = sums.GetValueOrDefault(key) + watts;
}
