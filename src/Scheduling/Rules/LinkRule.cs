namespace ControlPlane.Scheduling.Rules;

/// <summary>A gang that spans leaves or spine groups may not overload the trunks above them.</summary>
internal sealed class LinkRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.LinkShort;

    public override int Room(HallState state, int node, TaskDemand task)
    {
        if (task.Bandwidth == 0 || !task.Spread.HasFlag(Spread.Leaves))
            return int.MaxValue;
        var rack = state.Layout.Racks[state.Shape.Rack[node]];
        var room = RoomOn(state, rack.LeafLink, task);
        return task.Spread.HasFlag(Spread.Spines) ? Math.Min(room, RoomOn(state, rack.SpineLink, task)) : room;
    }

    private static int RoomOn(HallState state, int link, TaskDemand task) =>
        link < 0 ? int.MaxValue : Times(state.Links.Left(link), task.Bandwidth * task.Gpus);
}
