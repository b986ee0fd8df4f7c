namespace ControlPlane.Scheduling.Preferences;

/// <summary>The tightest fit: fewest wholly free GPUs left on the node, or least left of a shared GPU.</summary>
internal sealed class LeastLeftover : Preference
{
    public override string Name => "least-leftover";

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        if (!task.IsShare)
            return task.Gpus - state.Nodes.WholeFree[node];
        return task.Milli - state.Nodes.GpuFree[state.Shape.FirstGpu[node] + gpu];
    }
}
