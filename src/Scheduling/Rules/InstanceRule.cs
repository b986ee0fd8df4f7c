namespace ControlPlane.Scheduling.Rules;

/// <summary>A MIG instance needs a position that its model allows and nobody holds, on a GPU without shares.</summary>
internal sealed class InstanceRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.InstancesShort;

    public override int Room(HallState state, int node, TaskDemand task)
    {
        if (!task.IsInstance)
            return int.MaxValue;
        var room = 0;
        for (var gpu = state.Shape.FirstGpu[node]; gpu < state.Shape.FirstGpu[node + 1]; gpu++)
            room += task.RoomOn(state, node, gpu);
        return room;
    }
}
