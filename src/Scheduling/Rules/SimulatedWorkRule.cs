namespace ControlPlane.Scheduling.Rules;

/// <summary>Simulated work runs only on racks whose devices are simulated.</summary>
internal sealed class SimulatedWorkRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.NoSimulatedDevice;

    public override int Room(HallState state, int node, TaskDemand task) =>
        !task.Simulated || state.Layout.Racks[state.Shape.Rack[node]].Simulated ? int.MaxValue : 0;
}
