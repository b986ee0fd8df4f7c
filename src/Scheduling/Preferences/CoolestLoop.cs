namespace ControlPlane.Scheduling.Preferences;

/// <summary>The coolest rack: the largest share of capacity left in the hottest of its loops, in thousandths.</summary>
internal sealed class CoolestLoop : Preference
{
    public override string Name => "coolest-loop";

    public override bool DependsOnNodeOnly => false;

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        var least = 1000L;
        foreach (var share in state.Layout.Racks[state.Shape.Rack[node]].Cooling)
        {
            var capacity = Math.Max(1, state.Power.HeatCapacity[share.Loop]);
            least = Math.Min(least, (long)((capacity - state.Power.Heat[share.Loop]) * 1000.0 / capacity));
        }
        return least;
    }
}
