namespace ControlPlane.Scheduling.Rules;

/// <summary>The node's memory is not oversubscribed.</summary>
internal sealed class MemoryRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.MemoryShort;

    public override int Room(HallState state, int node, TaskDemand task) => Times(state.Nodes.MemoryFree[node], task.Memory);
}
