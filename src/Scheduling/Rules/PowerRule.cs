namespace ControlPlane.Scheduling.Rules;

/// <summary>No power domain from the rack up to the feed may commit more than the limit in force.</summary>
internal sealed class PowerRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.PowerShort;

    public override int Room(HallState state, int node, TaskDemand task)
    {
        if (!task.NeedsGpu || state.Shape.Model[node] < 0)
            return int.MaxValue;
        var lease = state.Shape.LeaseOf(state.Shape.Model[node], task.Percent);
        var idleGpus = Times(state.Power.Headroom(state.Shape.Rack[node]), lease);
        if (!task.IsShare || idleGpus == int.MaxValue)
            return idleGpus == int.MaxValue ? idleGpus : idleGpus / task.Gpus;
        // A GPU that is shared already draws its limit: another share on it adds nothing.
        var room = (long)Math.Min(idleGpus, state.Nodes.WholeFree[node]) * task.PerGpuOf(state.Shape.Model[node]);
        for (var gpu = state.Shape.FirstGpu[node]; gpu < state.Shape.FirstGpu[node + 1]; gpu++)
        {
            if (state.Nodes.GpuFree[gpu] < 1000)
                room += task.RoomOn(state, node, gpu);
        }
        return (int)Math.Min(int.MaxValue, room);
    }
}
