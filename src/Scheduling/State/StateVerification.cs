namespace ControlPlane.Scheduling;

/// <summary>Compares a hall's incremental figures with a hall rebuilt from nothing.</summary>
internal static class StateVerification
{
    public static void Verify(HallState state)
    {
        var rebuilt = Rebuild(state);
        Same(state, "free GPU", state.Nodes.GpuFree, rebuilt.Nodes.GpuFree);
        Same(state, "free CPU", state.Nodes.CpuFree, rebuilt.Nodes.CpuFree);
        Same(state, "free memory", state.Nodes.MemoryFree, rebuilt.Nodes.MemoryFree);
        Same(state, "wholly free GPUs", state.Nodes.WholeFree, rebuilt.Nodes.WholeFree);
        Same(state, "MIG slices in use", state.Nodes.GpuSlots, rebuilt.Nodes.GpuSlots);
        Same(state, "shared free", state.Nodes.PartialFree, rebuilt.Nodes.PartialFree);
        Same(state, "free beside MIG instances", state.Nodes.InstanceFree, rebuilt.Nodes.InstanceFree);
        Same(state, "milli free", state.Nodes.MilliFree, rebuilt.Nodes.MilliFree);
        Same(state, "kinds of tasks", state.Nodes.Kinds, rebuilt.Nodes.Kinds);
        Same(state, "rack draw", state.Power.RackDraw, rebuilt.Power.RackDraw);
        Same(state, "committed power", state.Power.Committed, rebuilt.Power.Committed);
        Same(state, "heat", state.Power.Heat, rebuilt.Power.Heat);
        Same(state, "reserved bandwidth", state.Links.Reserved, rebuilt.Links.Reserved);
        Same(state, "queue use", state.Queues.Used, rebuilt.Queues.Used);
        Same(state, "fixed queue use", state.Queues.Fixed, rebuilt.Queues.Fixed);
        Same(state, "queue power", state.Queues.Power, rebuilt.Queues.Power);
        if (!state.Index.SameAs(rebuilt.Index))
            throw new InvariantException($"Hall {state.Layout.Hall}: the index of free GPUs differs from one rebuilt from nothing.");
    }

    private static HallState Rebuild(HallState state)
    {
        var rebuilt = new HallState(state.Layout);
        for (var domain = 0; domain < state.Layout.PowerDomains.Count; domain++)
            rebuilt.SetPowerLimit(domain, state.PowerLimit(domain));
        for (var node = 0; node < state.Layout.Nodes.Count; node++)
        {
            rebuilt.SetNodeCondition(node, state.ConditionOf(node));
            for (var gpu = 0; gpu < state.Layout.Nodes[node].Gpus; gpu++)
            {
                if (state.IsGpuFailed(node, gpu))
                    rebuilt.SetGpuFailed(node, gpu, true);
            }
        }
        foreach (var job in state.Jobs)
            rebuilt.Restore(job, state.SpecOf(job)!, state.AssignmentOf(job)!);
        return rebuilt;
    }

    private static void Same<T>(HallState state, string what, T[] kept, T[] rebuilt)
        where T : IEquatable<T>
    {
        for (var index = 0; index < kept.Length; index++)
        {
            if (!kept[index].Equals(rebuilt[index]))
                throw new InvariantException($"Hall {state.Layout.Hall}: {what} {index} is kept as {kept[index]}, rebuilt it is {rebuilt[index]}.");
        }
    }
}
