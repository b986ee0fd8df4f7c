using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>What must hold before and after a hall commits an assignment.</summary>
internal static class AssignmentChecks
{
    /// <summary>
    /// Requires of every group its minimum at least, in order and each task once, with indexes that exist. Numbers from
    /// the group's count on are spares.
    /// </summary>
    public static void RequireWhole(HallShape shape, JobId job, JobSpec spec, Assignment assignment)
    {
        var next = 0;
        for (var group = 0; group < spec.Groups.Count; group++)
        {
            var facts = spec.Groups[group];
            var (running, last) = (0, -1);
            for (; next < assignment.Tasks.Count && assignment.Tasks[next].Group == group; next++)
            {
                var placed = assignment.Tasks[next];
                if (placed.Task <= last || placed.Task >= facts.Count + facts.Spares)
                    throw new InvariantException($"Job {job}: task {group}/{placed.Task} is out of order or one too many.");
                if (placed.Node < 0 || placed.Node >= shape.Gpus.Length)
                    throw new InvariantException($"Job {job}: the hall has no node {placed.Node}.");
                last = placed.Task;
                if (placed.Task < facts.Count)
                    running++;
            }
            if (running < facts.AtLeast)
                throw new InvariantException($"Job {job} is assigned {running} tasks of group {facts.Name} and needs {facts.AtLeast}: a gang starts whole or not at all.");
        }
        if (next != assignment.Tasks.Count)
            throw new InvariantException($"Job {job} is assigned tasks of group {assignment.Tasks[next].Group}, which it does not have, or out of order.");
        if (assignment.PowerPercent is < 1 or > 100)
            throw new InvariantException($"Job {job} is assigned {assignment.PowerPercent} % of its power limit; 1 to 100 was expected.");
    }

    /// <summary>What limit of a queue or link the job would exceed, or null.</summary>
    public static string? SharedFaultOf(HallState state, HeldJob held, Assignment? before)
    {
        var milli = held.Assignment.MilliGpus;
        // What it had before it may keep, though the limit was lowered since.
        var isMore = before is null || milli > before.MilliGpus;
        var queue = isMore ? state.Queues.FirstExceeded(held.Queue, milli) : -1;
        if (queue >= 0)
            return $"the limit of queue {state.Layout.Queues[queue].Id} would be exceeded";
        queue = held.Spec.Preemptible || !isMore ? -1 : state.Queues.FirstOverQuota(held.Queue, milli);
        if (queue >= 0)
            return $"the quota of queue {state.Layout.Queues[queue].Id} would be exceeded by jobs that may not be evicted";
        var had = before is null || held.Links.Count == 0 ? [] : LinkUses.Of(state.Shape, held.Spec, before);
        foreach (var use in held.Links)
        {
            if (had.Any(one => one.Link == use.Link && one.Megabits >= use.Megabits))
                continue;
            if (use.Megabits > state.Links.Left(use.Link))
                return $"link {state.Layout.Links[use.Link].Id} would be exceeded";
        }
        return null;
    }

    /// <summary>What keeps the task off its node, or null.</summary>
    public static string? FaultOf(HallState state, TaskPlacement task, JobSpec spec, bool withinLimits)
    {
        var (node, group) = (state.Layout.Nodes[task.Node], spec.Groups[task.Group]);
        if (withinLimits && !state.IsOpenTo(spec, task.Node))
            return $"node {node.Id} is {state.ConditionOf(task.Node)}";
        if (state.FreeCpuMilli(task.Node) < group.CpuMilli)
            return $"node {node.Id} has {state.FreeCpuMilli(task.Node)} milli-CPU free, {group.CpuMilli} needed";
        if (state.FreeMemory(task.Node) < group.Memory)
            return $"node {node.Id} has {state.FreeMemory(task.Node)} free, {group.Memory} needed";
        var (count, milli) = group.GpuMilli > 0 ? (1, group.GpuMilli) : (group.Gpus, group.Gpus > 0 ? 1000 : 0);
        var mig = group.Mig is null || node.Gpus == 0 ? null : state.Layout.GpuModels[node.GpuModel].Mig;
        if (group.Mig is not null ? mig?.Find(group.Mig)?.Starts.Contains(task.Slot) != true : task.Slot >= 0)
            return $"task {task.Task} on node {node.Id} takes memory slice {task.Slot}, where no MIG instance {group.Mig} begins";
        if (task.Gpus.Count != count || task.GpuMilli != milli)
            return $"task {task.Task} takes {task.Gpus.Count} x {task.GpuMilli} of a GPU, {count} x {milli} asked for";
        return GpuFaultOf(state, task, withinLimits);
    }

    /// <summary>What limit in force the node's rack exceeds, or null.</summary>
    public static string? ExcessOf(HallState state, int node)
    {
        var rack = state.Layout.Racks[state.Layout.Nodes[node].Rack];
        for (var domain = rack.PowerDomain; domain >= 0; domain = state.Layout.PowerDomains[domain].Parent)
        {
            if (state.PowerCommitted(domain) > state.PowerLimit(domain))
                return $"power domain {state.Layout.PowerDomains[domain].Id} would commit {state.PowerCommitted(domain)} of {state.PowerLimit(domain)}";
            if (state.Power.HeadroomOf(domain) < 0)
                return $"power domain {state.Layout.PowerDomains[domain].Id} or one that backs it would carry more than its limit when the other fails";
        }
        foreach (var (loop, share) in rack.Cooling)
        {
            if (share > 0 && state.HeatCommitted(loop) > state.CoolingCapacity(loop))
                return $"cooling loop {state.Layout.CoolingLoops[loop].Id} would carry {state.HeatCommitted(loop)} of {state.CoolingCapacity(loop)}";
        }
        return null;
    }

    private static string? GpuFaultOf(HallState state, TaskPlacement task, bool withinLimits)
    {
        var free = state.FreeGpuMilli(task.Node);
        var last = -1;
        foreach (var gpu in task.Gpus)
        {
            if (gpu <= last || gpu >= free.Length)
                return $"node {task.Node} has no GPU {gpu}, or it is named twice or out of order";
            if (free[gpu] < task.GpuMilli)
                return $"GPU {gpu} of node {task.Node} has {free[gpu]} milli free, {task.GpuMilli} needed";
            var slots = task.SlotsOn(state.Layout);
            if ((state.MigSlotsInUse(task.Node, gpu) & slots) != 0)
                return $"memory slices of GPU {gpu} of node {task.Node} from {task.Slot} on are in use";
            if (free[gpu] < 1000 && (state.MigSlotsInUse(task.Node, gpu) != 0) != (slots != 0))
                return $"GPU {gpu} of node {task.Node} holds shares and cannot hold MIG instances as well";
            if (withinLimits && state.IsGpuFailed(task.Node, gpu))
                return $"GPU {gpu} of node {task.Node} has failed";
            last = gpu;
        }
        return null;
    }
}
