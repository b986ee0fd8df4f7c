namespace ControlPlane.Scheduling.Rules;

/// <summary>The node's CPU cores are not oversubscribed.</summary>
internal sealed class CpuRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.CpuShort;

    public override int Room(HallState state, int node, TaskDemand task) => Times(state.Nodes.CpuFree[node], task.Cpu);
}
