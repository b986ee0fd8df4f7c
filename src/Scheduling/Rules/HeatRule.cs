namespace ControlPlane.Scheduling.Rules;

/// <summary>No cooling loop may carry more heat than its capacity in force.</summary>
internal sealed class HeatRule : NodeRule
{
    public override ReasonCode Code => ReasonCode.HeatShort;

    public override int Room(HallState state, int node, TaskDemand task)
    {
        var rack = state.Shape.Rack[node];
        if (!task.NeedsGpu || state.Shape.Model[node] < 0 || state.Layout.Racks[rack].Cooling.Count == 0)
            return int.MaxValue;
        var lease = state.Shape.LeaseOf(state.Shape.Model[node], task.Percent);
        if (task.IsShare && task.FitsBeside(state, node))
            return int.MaxValue;
        // Rounding makes the sum a milliwatt more or less than the parts: the estimate is corrected downwards.
        var room = Estimate(state, rack, lease * task.Gpus);
        while (room is > 0 and < int.MaxValue && !state.Power.CoolingAllows(rack, room * lease * task.Gpus))
            room--;
        return room;
    }

    private static int Estimate(HallState state, int rack, long milliwatts)
    {
        var room = int.MaxValue;
        foreach (var (loop, share) in state.Layout.Racks[rack].Cooling)
        {
            var left = state.Power.HeatCapacity[loop] - state.Power.Heat[loop];
            var each = (long)(milliwatts * share);
            room = Math.Min(room, Times(left, each));
        }
        return room;
    }
}
