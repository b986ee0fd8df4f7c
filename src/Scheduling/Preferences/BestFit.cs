namespace ControlPlane.Scheduling.Preferences;

/// <summary>The node on which least is left of CPU and GPUs, both as shares of the hall's largest node.</summary>
internal sealed class BestFit : Preference
{
    public override string Name => "bestfit";

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        double mostCpu = state.Shape.MostCpu;
        double mostGpu = state.Shape.MostGpus * 1000.0;
        var cpu = 0.5 * (state.Nodes.CpuFree[node] - task.Cpu) / mostCpu;
        var milli = 0.5 * (state.Nodes.MilliFree[node] - task.Gpus * task.Milli) / mostGpu;
        return (long)((1 - cpu - milli) * 100);
    }
}
