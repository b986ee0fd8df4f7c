namespace ControlPlane.Scheduling.Rules;

/// <summary>A GPU whose gang leaves its NVLink domain needs an adapter that is fast enough.</summary>
internal sealed class AdapterRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.AdapterShort;

    public override int Room(HallState state, int node, TaskDemand task)
    {
        if (task.Bandwidth == 0 || !task.Spread.HasFlag(Spread.NvlinkDomains))
            return int.MaxValue;
        var adapter = state.Shape.Adapter[node];
        return adapter == 0 || adapter >= task.Bandwidth ? int.MaxValue : 0;
    }
}
