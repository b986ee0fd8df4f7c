namespace ControlPlane.Scheduling.Rules;

/// <summary>The node's GPU model must be one that the task allows.</summary>
internal sealed class GpuModelRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.NoSuchModel;

    public override int Room(HallState state, int node, TaskDemand task) =>
        task.Allowed[state.Shape.Model[node] + 1] ? int.MaxValue : 0;
}
