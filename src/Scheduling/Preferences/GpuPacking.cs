namespace ControlPlane.Scheduling.Preferences;

/// <summary>GPUs in use first, then idle GPUs of nodes in use, then idle nodes, the smallest first.</summary>
internal sealed class GpuPacking : Preference
{
    public override string Name => "packing";

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        if (!task.NeedsGpu)
            return 0;
        var gpus = state.Shape.Gpus[node];
        if (state.Nodes.MilliFree[node] == gpus * 1000)
            return Math.Max(33 - gpus, gpus);
        Span<int> free = stackalloc int[gpus];
        state.FreeGpuMilli(node).CopyTo(free);
        free.Sort();
        var (touched, wholly, sum) = (0, 0, 0);
        foreach (var milli in free)
        {
            if (touched == task.Gpus)
                break;
            if (milli < task.Milli)
                continue;
            touched++;
            wholly += milli == 1000 ? 1 : 0;
            sum += milli * 100 / 1000;
        }
        return wholly > 0 ? Math.Max(50 - wholly, 33) : Math.Max(100 - sum / 10, 50);
    }
}
