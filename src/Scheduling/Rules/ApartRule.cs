namespace ControlPlane.Scheduling.Rules;

/// <summary>A job that limits its tasks in a domain keeps to that.</summary>
internal sealed class ApartRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.ApartShort;

    public override int Room(HallState state, int node, TaskDemand task) => task.Apart?.Room(node) ?? int.MaxValue;
}
