namespace ControlPlane.Scheduling.Preferences;

/// <summary>Alignment of what is asked with what is free: the node whose free vector points least in the task's direction.</summary>
internal sealed class DotProduct : Preference
{
    public override string Name => "dotprod";

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        double mostCpu = state.Shape.MostCpu;
        double mostGpu = state.Shape.MostGpus * 1000.0;
        var cpu = state.Nodes.CpuFree[node] / mostCpu * (task.Cpu / mostCpu);
        var milli = state.Nodes.MilliFree[node] / mostGpu * (task.Gpus * task.Milli / mostGpu);
        return (long)(100 * (1 - (cpu + milli) / 2));
    }
}
