namespace ControlPlane.Scheduling.Rules;

/// <summary>Whole GPUs must be wholly free; a share must fit beside the other shares of one GPU.</summary>
internal sealed class GpuFreeRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.GpusShort;

    public override int Room(HallState state, int node, TaskDemand task)
    {
        if (!task.NeedsGpu || task.IsInstance)
            return int.MaxValue;
        if (!task.IsShare)
            return state.Nodes.WholeFree[node] / task.Gpus;
        var room = 0;
        for (var gpu = state.Shape.FirstGpu[node]; gpu < state.Shape.FirstGpu[node + 1]; gpu++)
            room += task.RoomOn(state, node, gpu);
        return room;
    }
}
