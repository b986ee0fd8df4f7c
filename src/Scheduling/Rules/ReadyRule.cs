namespace ControlPlane.Scheduling.Rules;

/// <summary>A cordoned or failed node takes nothing new.</summary>
internal sealed class ReadyRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.NodesUnavailable;

    public override int Room(HallState state, int node, TaskDemand task) =>
        state.Nodes.Condition[node] == NodeCondition.Ready ? int.MaxValue : 0;
}
