using ControlPlane.Domain.Units;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>Names the feed, loop or link behind a shortage of something that nodes share, with its numbers.</summary>
internal static class SharedReason
{
    /// <param name="state">The hall.</param>
    /// <param name="code">The rule that is short.</param>
    /// <param name="group">Name of the task group.</param>
    /// <param name="task">What one task asks.</param>
    /// <param name="room">Tasks the hall can hold under this rule and those before it.</param>
    public static Reason Of(HallState state, ReasonCode code, string group, TaskDemand task, long room) => code switch
    {
        ReasonCode.PowerShort => Power(state, task),
        ReasonCode.HeatShort => Heat(state, task),
        ReasonCode.LinkShort => Link(state, task),
        ReasonCode.AdapterShort => Adapter(state, group, task),
        _ => new Reason(code, group, task.Count, room, "tasks", [], 0),
    };

    private static Reason Power(HallState state, TaskDemand task)
    {
        var domains = state.Layout.PowerDomains;
        var (subject, blocked, each) = Busiest(state, task, domains.Count, node =>
        {
            var path = state.Shape.PowerPath[state.Shape.Rack[node]];
            return path.Length == 0 ? -1 : path.MinBy(domain => state.Power.Limit[domain] - state.Power.Committed[domain]);
        });
        var needed = Watts.FromMilliwatts(each * Math.Min(blocked, task.Count));
        var left = state.PowerLimit(subject) - state.PowerCommitted(subject);
        return new Reason(ReasonCode.PowerShort, domains[subject].Id.Value, needed.Value, left.Value, "W", [], 0);
    }

    private static Reason Heat(HallState state, TaskDemand task)
    {
        var loops = state.Layout.CoolingLoops;
        var (subject, blocked, each) = Busiest(state, task, loops.Count, node =>
        {
            var cooling = state.Layout.Racks[state.Shape.Rack[node]].Cooling;
            return cooling.Count == 0 ? -1 : cooling.MinBy(part => state.Power.HeatCapacity[part.Loop] - state.Power.Heat[part.Loop]).Loop;
        });
        var needed = Watts.FromMilliwatts(each * Math.Min(blocked, task.Count));
        var left = state.CoolingCapacity(subject) - state.HeatCommitted(subject);
        return new Reason(ReasonCode.HeatShort, loops[subject].Id.Value, needed.Value, left.Value, "W", [], 0);
    }

    private static Reason Link(HallState state, TaskDemand task)
    {
        var links = state.Layout.Links;
        var (subject, blocked, _) = Busiest(state, task, links.Count, node =>
        {
            var rack = state.Layout.Racks[state.Shape.Rack[node]];
            if (rack.LeafLink < 0 || !task.Spread.HasFlag(Spread.Spines))
                return rack.LeafLink;
            return rack.SpineLink >= 0 && state.Links.Left(rack.SpineLink) < state.Links.Left(rack.LeafLink) ? rack.SpineLink : rack.LeafLink;
        });
        var needed = task.Bandwidth * task.Gpus * Math.Min(blocked, task.Count) / 1000.0;
        return new Reason(ReasonCode.LinkShort, links[subject].Id.Value, needed, state.Links.Left(subject) / 1000.0, "Gbit/s", [], 0);
    }

    private static Reason Adapter(HallState state, string group, TaskDemand task)
    {
        var fastest = state.Shape.Adapter.Length == 0 ? 0 : state.Shape.Adapter.Max();
        return new Reason(ReasonCode.AdapterShort, group, task.Bandwidth / 1000.0, fastest / 1000.0, "Gbit/s", [], 0);
    }

    // Of the tightest thing above each node with room, the one that stands above most tasks; each is the draw of a task.
    private static (int Subject, long Blocked, long Each) Busiest(
        HallState state, TaskDemand task, int count, Func<int, int> tightest)
    {
        var blocked = new long[count];
        var draw = new long[count];
        for (var node = 0; node < state.Shape.Gpus.Length; node++)
        {
            var room = NodeRules.Room(NodeRules.OfNode, state, node, task);
            var subject = room == 0 ? -1 : tightest(node);
            if (subject < 0)
                continue;
            blocked[subject] += room;
            draw[subject] = state.Shape.Model[node] < 0 ? 0 : state.Shape.LeaseMilliwatts[state.Shape.Model[node]] * task.Gpus;
        }
        var most = Array.IndexOf(blocked, blocked.Max());
        return (most, blocked[most], draw[most]);
    }
}
