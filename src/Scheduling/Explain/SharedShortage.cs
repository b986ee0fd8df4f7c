using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling;

/// <summary>
/// Names the feeds, loops or trunks that a fill ran into, with numbers: what the gang needs of each at least, given that
/// it takes whatever it can elsewhere, and what was left before.
/// </summary>
/// <param name="state">The hall.</param>
/// <param name="filled">The hall with the part of the gang that found a place.</param>
/// <param name="fill">That part.</param>
/// <param name="task">What ran into the limit.</param>
/// <param name="left">How many such tasks lack a place.</param>
/// <param name="blocked">Nodes that would take such a task but for the rule that is short; never empty.</param>
internal sealed class SharedShortage(
    HallState state, HallState filled, RelaxedFill fill, TaskDemand task, int left, IReadOnlyList<int> blocked)
{
    // Shares fill a GPU before they wake another.
    private int WokenGpus => task.IsShare ? (left + task.PerGpu - 1) / task.PerGpu : left * task.Gpus;

    public Reason Of(ReasonCode code, string group) => code switch
    {
        ReasonCode.AdapterShort => Adapter(group),
        ReasonCode.PowerShort => Power(),
        ReasonCode.HeatShort => Heat(),
        ReasonCode.LinkShort => Link(),
        _ => throw new UnreachableException($"{code} is not about something that nodes share."),
    };

    private Reason Power() => Worst(
        ReasonCode.PowerShort, "W",
        // The domain nearest the feed speaks for all those below it.
        node => LastOf(PathOf(node), domain => filled.Power.HeadroomOf(domain) < DrawOf(node)),
        (node, domain) => PathOf(node).Contains(domain),
        domain => state.Layout.PowerDomains[domain].Id.Value,
        state.Power.HeadroomOf,
        domain => state.Power.HeadroomOf(domain) - filled.Power.HeadroomOf(domain),
        (node, _) => WokenGpus * LeaseOf(node),
        filled.Power.RoomKept);

    private Reason Heat() => Worst(
        ReasonCode.HeatShort, "W",
        node => CoolingOf(node).FirstOrDefault(part => HeatLeft(part.Loop) < DrawOf(node) * part.Share, new(-1, 0)).Loop,
        (node, loop) => CoolingOf(node).Any(part => part.Loop == loop && part.Share > 0),
        loop => state.Layout.CoolingLoops[loop].Id.Value,
        loop => state.Power.HeatCapacity[loop] - state.Power.Heat[loop],
        loop => filled.Power.Heat[loop] - state.Power.Heat[loop],
        (node, loop) => (long)(WokenGpus * LeaseOf(node) * CoolingOf(node).First(part => part.Loop == loop).Share));

    private Reason Link() => Worst(
        ReasonCode.LinkShort, "Gbit/s",
        node => LastOf(LinksOf(node), link => filled.Links.Left(link) < task.Bandwidth * task.Gpus),
        (node, link) => LinksOf(node).Contains(link),
        link => state.Layout.Links[link].Id.Value,
        state.Links.Left,
        link => filled.Links.Reserved[link] - state.Links.Reserved[link],
        (_, _) => left * task.Bandwidth * task.Gpus);

    private Reason Adapter(string group)
    {
        var fastest = blocked.Max(node => state.Shape.Adapter[node]);
        return new Reason(ReasonCode.AdapterShort, group, task.Bandwidth / 1000.0, fastest / 1000.0, "Gbit/s", [], 0);
    }

    private Reason Worst(
        ReasonCode code, string unit, Func<int, int> limitOf, Func<int, int, bool> isBelow,
        Func<int, string> nameOf, Func<int, long> leftBefore, Func<int, long> taken, Func<int, int, long> furtherOf,
        Func<int, string?>? keptFor = null)
    {
        // Of each limit the node that would burden it least: what is needed is never more than said.
        var further = new SortedDictionary<int, long>();
        foreach (var node in blocked)
        {
            var limit = limitOf(node);
            if (limit >= 0)
                further[limit] = Math.Min(further.GetValueOrDefault(limit, long.MaxValue), furtherOf(node, limit));
        }
        var rooms = further.Keys
            .Select(limit => (Limit: limit, Room: fill.Placed.Count(placed => placed.Gpus.Count > 0 && isBelow(placed.Node, limit))))
            .OrderByDescending(one => one.Room).ToList();
        if (rooms.Count == 0)
            return new Reason(ReasonCode.NoCombination, "", 0, 0, "", [], 0);
        var subject = rooms[0].Limit;
        var needed = taken(subject) + further[subject];
        var listed = rooms.Count == 1 ? [] : rooms.Take(Reason.MostDomains)
            .Select(one => new DomainRoom(nameOf(one.Limit), one.Room, fill.Asked)).ToValueList();
        return new Reason(
            code, nameOf(subject), needed / 1000.0, Math.Max(0, leftBefore(subject)) / 1000.0, unit, listed,
            rooms.Count == 1 ? 0 : rooms.Count - listed.Count)
        {
            Kept = keptFor?.Invoke(subject),
        };
    }

    private static int LastOf(int[] indexes, Predicate<int> isShort)
    {
        var last = Array.FindLastIndex(indexes, isShort);
        return last < 0 ? -1 : indexes[last];
    }

    private long LeaseOf(int node) => state.Shape.Model[node] < 0 ? 0 : state.Shape.LeaseOf(state.Shape.Model[node], task.Percent);

    private long DrawOf(int node) => state.Shape.DrawOf(node, task);

    private int[] PathOf(int node) => state.Shape.PowerPath[state.Shape.Rack[node]];

    private ValueList<Domain.Halls.CoolingShare> CoolingOf(int node) => state.Layout.Racks[state.Shape.Rack[node]].Cooling;

    private long HeatLeft(int loop) => filled.Power.HeatCapacity[loop] - filled.Power.Heat[loop];

    private int[] LinksOf(int node)
    {
        var rack = state.Layout.Racks[state.Shape.Rack[node]];
        int[] links = task.Spread.HasFlag(Spread.Spines) ? [rack.LeafLink, rack.SpineLink] : [rack.LeafLink];
        return Array.FindAll(links, link => link >= 0);
    }
}
