using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>The part of the second look that concerns one node.</summary>
internal static class PlanCheckNode
{
    public static void Check(
        HallState state, JobSpec spec, int node, IReadOnlyList<TaskPlacement> tasks, bool isNew, List<PlanViolation> found)
    {
        var facts = state.Layout.Nodes[node];
        if (isNew && !state.IsOpenTo(spec, node))
            found.Add(new PlanViolation("ready", $"node {facts.Id} is {state.ConditionOf(node)}"));
        var cpu = tasks.Sum(task => (long)spec.Groups[task.Group].CpuMilli);
        if (cpu > state.FreeCpuMilli(node))
            found.Add(new PlanViolation("cpu", $"node {facts.Id} would give {cpu} of {state.FreeCpuMilli(node)} free milli-CPU"));
        var memory = tasks.Sum(task => spec.Groups[task.Group].Memory.Mebibytes);
        if (memory > state.FreeMemory(node).Mebibytes)
            found.Add(new PlanViolation("memory", $"node {facts.Id} would give {memory} MiB of {state.FreeMemory(node)}"));
        CheckWork(state, spec, node, found);
        CheckGpus(state, spec, node, tasks, found);
    }

    private static void CheckWork(HallState state, JobSpec spec, int node, List<PlanViolation> found)
    {
        var facts = state.Layout.Nodes[node];
        if (spec.Work is SimulatedWork && !state.Layout.Racks[facts.Rack].Simulated)
            found.Add(new PlanViolation("work", $"node {facts.Id} is real and the work is simulated"));
        var runsKernels = facts.GpuModel >= 0 && facts.Gpus > 0 && state.Layout.GpuModels[facts.GpuModel].RunsKernels;
        if (spec.Work.RunsOnDevice && !runsKernels)
            found.Add(new PlanViolation("work", $"node {facts.Id} executes no kernels"));
    }

    private static void CheckGpus(
        HallState state, JobSpec spec, int node, IReadOnlyList<TaskPlacement> tasks, List<PlanViolation> found)
    {
        var facts = state.Layout.Nodes[node];
        var free = state.FreeGpuMilli(node).ToArray();
        var slices = new HashSet<(int Gpu, int Slice)>();
        foreach (var task in tasks)
        {
            var group = spec.Groups[task.Group];
            var asked = group.GpuMilli > 0 ? 1 : group.Gpus;
            var milli = asked == 0 ? 0 : group.GpuMilli > 0 ? group.GpuMilli : 1000;
            if (task.Gpus.Count != asked || task.GpuMilli != milli || task.Gpus.Distinct().Count() != asked)
                found.Add(new PlanViolation("gpu", $"task {task.Group}/{task.Task} does not get {asked} x {milli} milli of distinct GPUs"));
            var model = facts.Gpus == 0 ? "no GPU" : state.Layout.GpuModels[facts.GpuModel].Name;
            if (asked > 0 && group.GpuModels.Count > 0 && !group.GpuModels.Contains(model))
                found.Add(new PlanViolation("model", $"node {facts.Id} holds {model}"));
            CheckInstance(state, group, task, free, slices, found);
            foreach (var gpu in task.Gpus)
            {
                free[gpu] -= task.GpuMilli;
                if (free[gpu] < 0)
                    found.Add(new PlanViolation("gpu", $"GPU {gpu} of {facts.Id} would be {-free[gpu]} milli oversubscribed"));
                if (state.IsGpuFailed(node, gpu))
                    found.Add(new PlanViolation("gpu", $"GPU {gpu} of {facts.Id} has failed"));
            }
        }
    }

    // Slice by slice, and not by masks as the placer does.
    private static void CheckInstance(
        HallState state, TaskGroup group, TaskPlacement task, int[] free, HashSet<(int Gpu, int Slice)> taken, List<PlanViolation> found)
    {
        var facts = state.Layout.Nodes[task.Node];
        foreach (var gpu in task.Gpus)
        {
            var inUse = state.MigSlotsInUse(task.Node, gpu) != 0 || taken.Any(slice => slice.Gpu == gpu);
            if ((group.Mig is null) == inUse && free[gpu] < 1000)
                found.Add(new PlanViolation("instance", $"GPU {gpu} of {facts.Id} would hold both MIG instances and shares"));
            if (group.Mig is null)
                continue;
            var mig = state.Layout.GpuModels[facts.GpuModel].Mig;
            var profile = mig?.Profiles.FirstOrDefault(one => one.Name == group.Mig);
            if (profile is null || !profile.Starts.Contains(task.Slot) || profile.MemorySlices * 1000 != task.GpuMilli * mig!.MemorySlices)
                found.Add(new PlanViolation("instance", $"no {group.Mig} begins at memory slice {task.Slot} of GPU {gpu} of {facts.Id}"));
            for (var slice = task.Slot; profile is not null && slice < task.Slot + profile.MemorySlices; slice++)
            {
                if (!taken.Add((gpu, slice)) || (state.MigSlotsInUse(task.Node, gpu) >> slice & 1) == 1)
                    found.Add(new PlanViolation("instance", $"memory slice {slice} of GPU {gpu} of {facts.Id} is held already"));
            }
        }
    }
}
