using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>What must hold before and after a hall commits an assignment.</summary>
internal static class AssignmentChecks
{
    /// <summary>Requires every task of the job exactly once, in order, with indexes that exist.</summary>
    public static void RequireWhole(HallShape shape, JobId job, JobSpec spec, Assignment assignment)
    {
        var next = 0;
        for (var group = 0; group < spec.Groups.Count; group++)
        {
            for (var task = 0; task < spec.Groups[group].Count; task++, next++)
            {
                if (next >= assignment.Tasks.Count)
                    throw new InvariantException($"Job {job} is assigned {assignment.Tasks.Count} tasks only: a gang starts whole or not at all.");
                var placed = assignment.Tasks[next];
                if (placed.Group != group || placed.Task != task)
                    throw new InvariantException($"Job {job}: task {group}/{task} is missing or out of order.");
                if (placed.Node < 0 || placed.Node >= shape.Gpus.Length)
                    throw new InvariantException($"Job {job}: the hall has no node {placed.Node}.");
            }
        }
        if (next != assignment.Tasks.Count)
            throw new InvariantException($"Job {job} is assigned {assignment.Tasks.Count} tasks, {next} were asked for.");
    }

    public static void RequireQueueAndLinks(HallState state, JobId job, HeldJob held)
    {
        var queue = state.Queues.FirstExceeded(held.Queue, held.Spec.MilliGpus);
        if (queue >= 0)
            throw new InvariantException($"Job {job} would exceed the limit of queue {state.Layout.Queues[queue].Id}.");
        foreach (var use in held.Links)
        {
            if (use.Megabits > state.Links.Left(use.Link))
                throw new InvariantException($"Job {job} would exceed link {state.Layout.Links[use.Link].Id}.");
        }
    }

    /// <summary>What keeps the task off its node, or null.</summary>
    public static string? FaultOf(HallState state, TaskPlacement task, TaskGroup group, bool withinLimits)
    {
        var node = state.Layout.Nodes[task.Node];
        if (withinLimits && state.ConditionOf(task.Node) != NodeCondition.Ready)
            return $"node {node.Id} is {state.ConditionOf(task.Node)}";
        if (state.FreeCpuMilli(task.Node) < group.CpuMilli)
            return $"node {node.Id} has {state.FreeCpuMilli(task.Node)} milli-CPU free, {group.CpuMilli} needed";
        if (state.FreeMemory(task.Node) < group.Memory)
            return $"node {node.Id} has {state.FreeMemory(task.Node)} free, {group.Memory} needed";
        var (count, milli) = group.GpuMilli > 0 ? (1, group.GpuMilli) : (group.Gpus, group.Gpus > 0 ? 1000 : 0);
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
            if (withinLimits && state.IsGpuFailed(task.Node, gpu))
                return $"GPU {gpu} of node {task.Node} has failed";
            last = gpu;
        }
        return null;
    }
}
