namespace ControlPlane.Scheduling;

/// <summary>
/// A state that is at every point the fullest of several: the least free GPU, CPU and memory of each node, the most
/// committed power and heat, the most used of each link and queue. What fits in it fits at each of the instants.
/// </summary>
internal static class WorstCase
{
    /// <summary>Takes account of another instant, at which nothing but what the job touches can be fuller than before.</summary>
    /// <param name="worst">The fullest so far; changed.</param>
    /// <param name="at">The state at the instant.</param>
    /// <param name="held">What began at it.</param>
    public static void Fold(HallState worst, HallState at, HeldJob held)
    {
        var last = -1;
        foreach (var task in held.Assignment.Tasks)
        {
            if (task.Node == last)
                continue;
            last = task.Node;
            FoldNode(worst, at, last);
            FoldRack(worst, at, worst.Shape.Rack[last]);
        }
        foreach (var use in held.Links)
            worst.Links.Reserved[use.Link] = Math.Max(worst.Links.Reserved[use.Link], at.Links.Reserved[use.Link]);
        if (held.Queue < 0)
            return;
        foreach (var queue in worst.Shape.QueuePath[held.Queue])
        {
            worst.Queues.Used[queue] = Math.Max(worst.Queues.Used[queue], at.Queues.Used[queue]);
            worst.Queues.Fixed[queue] = Math.Max(worst.Queues.Fixed[queue], at.Queues.Fixed[queue]);
            worst.Queues.Power[queue] = Math.Max(worst.Queues.Power[queue], at.Queues.Power[queue]);
        }
    }

    private static void FoldNode(HallState worst, HallState at, int node)
    {
        var (mine, others) = (worst.Nodes, at.Nodes);
        for (var gpu = worst.Shape.FirstGpu[node]; gpu < worst.Shape.FirstGpu[node + 1]; gpu++)
        {
            // Shared at one instant and cut into instances at another: it takes neither.
            var isBoth = mine.GpuFree[gpu] < 1000 && others.GpuFree[gpu] < 1000 && (mine.GpuSlots[gpu] != 0) != (others.GpuSlots[gpu] != 0);
            mine.GpuSlots[gpu] = isBoth ? byte.MaxValue : (byte)(mine.GpuSlots[gpu] | others.GpuSlots[gpu]);
            mine.GpuFree[gpu] = Math.Min(mine.GpuFree[gpu], others.GpuFree[gpu]);
        }
        mine.CpuFree[node] = Math.Min(mine.CpuFree[node], others.CpuFree[node]);
        mine.MemoryFree[node] = Math.Min(mine.MemoryFree[node], others.MemoryFree[node]);
        mine.Recount(node);
        worst.Index.Update(node, mine);
    }

    private static void FoldRack(HallState worst, HallState at, int rack)
    {
        var (mine, others) = (worst.Power, at.Power);
        mine.RackDraw[rack] = Math.Max(mine.RackDraw[rack], others.RackDraw[rack]);
        foreach (var domain in worst.Shape.PowerPath[rack])
            mine.Committed[domain] = Math.Max(mine.Committed[domain], others.Committed[domain]);
        foreach (var (loop, _) in worst.Layout.Racks[rack].Cooling)
            mine.Heat[loop] = Math.Max(mine.Heat[loop], others.Heat[loop]);
    }
}
