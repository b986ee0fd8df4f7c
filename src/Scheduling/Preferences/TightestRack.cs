using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling.Preferences;

/// <summary>The rack with fewest free GPUs, so that other racks stay whole for gangs.</summary>
internal sealed class TightestRack : Preference
{
    public override string Name => "tightest-rack";

    public override bool DependsOnNodeOnly => false;

    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw)
    {
        var model = state.Shape.Model[node];
        const int level = (int)TopologyLevel.Rack;
        return model < 0 ? 0 : -state.Index.FreeIn(level, state.Shape.Domains[level].OfNode[node], model);
    }
}
