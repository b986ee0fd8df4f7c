using ControlPlane.Scheduling.Preferences;

namespace ControlPlane.Scheduling;

/// <summary>Which GPUs of a node a task takes.</summary>
internal static class GpuChoice
{
    /// <summary>Wholly free GPUs: those on the rails that the gang uses already, then the lowest.</summary>
    public static int[] Whole(HallState state, int node, int count, ulong rails)
    {
        var chosen = new int[count];
        var (found, first, last) = (0, state.Shape.FirstGpu[node], state.Shape.FirstGpu[node + 1]);
        for (var gpu = first; rails != 0 && found < count && gpu < last; gpu++)
        {
            if ((rails >> (gpu - first) & 1) == 1 && IsIdle(state, gpu))
                chosen[found++] = gpu - first;
        }
        for (var gpu = first; found < count; gpu++)
        {
            if ((rails >> (gpu - first) & 1) == 0 && IsIdle(state, gpu))
                chosen[found++] = gpu - first;
        }
        if (rails != 0)
            Array.Sort(chosen);
        return chosen;
    }

    /// <summary>The GPU numbers that are idle on most of the nodes, the lowest of equals, as bits.</summary>
    public static ulong CommonRails(HallState state, IEnumerable<int> nodes, int count)
    {
        var idle = new int[Math.Min(64, state.Shape.MostGpus)];
        foreach (var node in nodes)
        {
            var first = state.Shape.FirstGpu[node];
            for (var gpu = 0; gpu < Math.Min(idle.Length, state.Shape.Gpus[node]); gpu++)
                idle[gpu] += IsIdle(state, first + gpu) ? 1 : 0;
        }
        return Enumerable.Range(0, idle.Length).OrderByDescending(gpu => idle[gpu]).Take(count).Aggregate(0UL, (rails, gpu) => rails | (1UL << gpu));
    }

    private static bool IsIdle(HallState state, int gpu) => state.Nodes.GpuFree[gpu] == 1000 && !state.Nodes.GpuFailed[gpu];

    /// <summary>Where on the GPU a MIG instance begins; -1 for anything else.</summary>
    public static int Slot(HallState state, int node, int gpu, TaskDemand task)
    {
        if (task.ProfileOn(state, node) is not { } profile)
            return -1;
        var geometry = state.Layout.GpuModels[state.Shape.Model[node]].Mig!;
        return MigSlots.Best(geometry, profile, state.Nodes.GpuSlots[state.Shape.FirstGpu[node] + gpu]);
    }

    /// <summary>The fullest GPU that a share still fits on, the lowest of equals; -1 when none.</summary>
    public static int Tightest(HallState state, int node, TaskDemand task, bool sharedOnly)
    {
        var (best, least) = (-1, int.MaxValue);
        for (var gpu = 0; gpu < state.Shape.Gpus[node]; gpu++)
        {
            var free = FreeOf(state, node, gpu, task, sharedOnly);
            if (free >= task.Milli && free < least)
                (best, least) = (gpu, free);
        }
        return best;
    }

    /// <summary>The GPU that the preference scores highest for a share, the lowest of equals; -1 when none.</summary>
    public static int Preferred(
        HallState state, int node, TaskDemand task, Preference preference, ulong draw, bool sharedOnly, out long score)
    {
        var best = -1;
        score = long.MinValue;
        for (var gpu = 0; gpu < state.Shape.Gpus[node]; gpu++)
        {
            if (FreeOf(state, node, gpu, task, sharedOnly) < task.Milli)
                continue;
            if (preference.DependsOnNodeOnly && SameAsEarlier(state, node, gpu))
                continue;
            var candidate = preference.Score(state, node, task, gpu, draw);
            if (candidate > score)
                (best, score) = (gpu, candidate);
        }
        return best;
    }

    /// <summary>True when the rack's feeds and loops can bear one more leased GPU of the node's model.</summary>
    public static bool MayWakeGpu(HallState state, int node)
    {
        var lease = state.Shape.LeaseMilliwatts[state.Shape.Model[node]];
        var rack = state.Shape.Rack[node];
        return lease == 0 || (state.Power.Headroom(rack) >= lease && state.Power.CoolingAllows(rack, lease));
    }

    // GPUs of one node with equal room score alike, and the lowest of equals wins.
    private static bool SameAsEarlier(HallState state, int node, int gpu)
    {
        var first = state.Shape.FirstGpu[node];
        for (var earlier = 0; earlier < gpu; earlier++)
        {
            var alike = state.Nodes.GpuFree[first + earlier] == state.Nodes.GpuFree[first + gpu]
                && state.Nodes.GpuSlots[first + earlier] == state.Nodes.GpuSlots[first + gpu];
            if (alike && !state.Nodes.GpuFailed[first + earlier])
                return true;
        }
        return false;
    }

    // -1 for a GPU that does not take the task.
    private static int FreeOf(HallState state, int node, int gpu, TaskDemand task, bool sharedOnly)
    {
        var at = state.Shape.FirstGpu[node] + gpu;
        var free = state.Nodes.GpuFree[at];
        return (sharedOnly && free == 1000) || task.RoomOn(state, node, at) == 0 ? -1 : free;
    }
}
