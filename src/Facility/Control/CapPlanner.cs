using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Control;

/// <summary>
/// Finds caps under which every envelope is kept and as little speed as possible is lost. A load's curve is made convex and
/// cut into pieces, each of which sheds watts at a loss; pieces are taken in order until the envelope is kept. With one
/// class and one envelope this is the optimum of the convex curves. Only measured draw above a cap counts as shed: a cap
/// above what a GPU draws frees nothing.
/// </summary>
public static class CapPlanner
{
    /// <summary>How finely a curve is cut: 1/128 of the uncapped draw, about 5 W of 700.</summary>
    private const int Steps = 128;

    /// <summary>Finds the caps.</summary>
    /// <param name="loads">The loads.</param>
    /// <param name="envelopes">Limits, narrow ones before those that hold them.</param>
    /// <param name="order">Who gives way first.</param>
    /// <param name="mayBreakFloors">Whether loads are taken below their floors, down to their devices' lowest caps, where floors alone do not suffice.</param>
    public static CapPlan Plan(
        IReadOnlyList<CappableLoad> loads, IReadOnlyList<Envelope> envelopes, ShedOrder order = ShedOrder.MostFlexibleFirst, bool mayBreakFloors = false)
    {
        ArgumentNullException.ThrowIfNull(loads);
        ArgumentNullException.ThrowIfNull(envelopes);
        var cuts = new CurveCuts(Steps);
        var ways = new LoadDescent[loads.Count];
        for (var load = 0; load < ways.Length; load++)
            ways[load] = new LoadDescent(loads[load], load, cuts);
        var shortfalls = new List<(string, Watts)>();
        foreach (var envelope in envelopes)
        {
            var members = envelope.Loads.Select((load, index) => (Way: ways[load], Weight: envelope.Weights?[index] ?? 1)).ToList();
            var missing = members.Sum(member => member.Way.DrawWatts * member.Weight) - Math.Max(0, envelope.Budget.Value);
            missing = Shed(members, missing, order, belowFloors: false);
            if (mayBreakFloors)
                missing = Shed(members, missing, order, belowFloors: true);
            // Less than a milliwatt is the rounding of sums.
            if (missing > 0.001)
                shortfalls.Add((envelope.Name, Watts.FromWatts(missing)));
        }
        var weight = loads.Sum(load => load.Weight * load.Gpus);
        var kept = ways.Sum(way => way.Load.Weight * way.Load.Gpus * way.Throughput);
        return new CapPlan(
            [.. ways.Select(way => way.Cap)], Watts.FromWatts(ways.Sum(way => way.DrawWatts)), weight > 0 ? kept / weight : 1,
            shortfalls, ways.Count(way => way.IsBelowFloor));
    }

    // Returns what is still missing once every piece is used.
    private static double Shed(List<(LoadDescent Way, double Weight)> members, double missing, ShedOrder order, bool belowFloors)
    {
        if (missing <= 0)
            return missing;
        var first = new List<((LoadDescent Way, double Weight) Member, Piece Piece)>(members.Count);
        foreach (var member in members)
        {
            if (NextOf(member, order, belowFloors) is { } piece)
                first.Add((member, piece));
        }
        var queue = new PriorityQueue<(LoadDescent Way, double Weight), Piece>(first);
        while (missing > 0 && queue.TryDequeue(out var next, out _))
        {
            missing -= next.Way.Descend(missing / next.Weight) * next.Weight;
            if (NextOf(next, order, belowFloors) is { } piece)
                queue.Enqueue(next, piece);
        }
        return missing;
    }

    private static Piece? NextOf((LoadDescent Way, double Weight) member, ShedOrder order, bool belowFloors) =>
        member.Weight > 0 && member.Way.LossPerWatt(belowFloors) is { } loss
            ? new Piece(order == ShedOrder.MostFlexibleFirst ? member.Way.Load.Flex.Floor : 0, loss / member.Weight, member.Way.Index)
            : null;

    // What comes first: of the lowest floor whoever loses least for a watt, of those the one listed first.
    private readonly record struct Piece(double Floor, double Loss, int Index) : IComparable<Piece>
    {
        public int CompareTo(Piece other)
        {
            if (Floor != other.Floor)
                return Floor < other.Floor ? -1 : 1;
            return Loss != other.Loss ? Loss < other.Loss ? -1 : 1 : Index.CompareTo(other.Index);
        }
    }
}
