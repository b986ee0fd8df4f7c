using Google.OrTools.Sat;

namespace ControlPlane.Planning.Capacity;

/// <summary>How much room one kind of limit leaves.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="MoreRacks">Racks of the reference type that it alone would still let in.</param>
/// <param name="Tightest">The limit of that kind with the smallest part left.</param>
/// <param name="Left">What it has left, in <paramref name="Unit"/>.</param>
/// <param name="Of">What it is, in <paramref name="Unit"/>.</param>
/// <param name="Unit">W, positions, kg, ports or racks.</param>
public sealed record KindRoom(string Kind, long MoreRacks, string Tightest, long Left, long Of, string Unit);

/// <summary>What is left of a kind of limit once no more racks fit, and what keeps it from being used.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Left">What limits of that kind alone would still let in, in <paramref name="Unit"/>.</param>
/// <param name="Unit">W, positions, kg or ports.</param>
/// <param name="Because">The kinds that let no rack more in, and in how many rows.</param>
public sealed record Stranded(string Kind, long Left, string Unit, IReadOnlyList<string> Because);

/// <summary>The constraints of a quarter by the room they leave, in racks of one reference type.</summary>
internal sealed class Waterfall(CapacityQuestion question, int type)
{
    /// <summary>The kinds, the binding one first, then the next.</summary>
    public List<KindRoom> Rooms(RackPlan plan, int quarter)
    {
        var racks = plan.Racks[quarter];
        var rooms = Kinds().Select(kind =>
        {
            var limits = question.Limits.Where(limit => limit.Kind == kind).ToList();
            var tight = limits.Where(limit => limit.Capacity > 0).MinBy(limit => (limit.Capacity - Load(limit, racks)) / (double)limit.Capacity)!;
            return new KindRoom(kind, Fill(racks, limits).Sum(), tight.Name, (tight.Capacity - Load(tight, racks)) / tight.Divisor, tight.Capacity / tight.Divisor, tight.Unit);
        }).ToList();
        var known = question.Types[type];
        if (quarter < known.FirstQuarter)
            rooms.Add(new KindRoom(PlanModel.Supply, 0, $"lead time of {known.Name}", 0, 0, "racks"));
        else if (known.Offer.PerQuarter is { } most)
            rooms.Add(new KindRoom(PlanModel.Supply, most - plan.Added(question, quarter, type), $"arrivals of {known.Name}", most - plan.Added(question, quarter, type), most, "racks"));
        return [.. rooms.OrderBy(room => room.MoreRacks).ThenBy(room => room.Of == 0 ? 0 : room.Left / (double)room.Of)];
    }

    /// <summary>Racks of the type that all limits together still let in, by row.</summary>
    public int[] More(int[][] racks) => Fill(racks, [.. question.Limits]);

    /// <summary>What stays unused when the site is filled up.</summary>
    public List<Stranded> StrandedIn(int[][] racks)
    {
        var more = More(racks);
        var full = racks.Select((rows, index) => index == type ? [.. rows.Zip(more, (one, other) => one + other)] : rows).ToArray();
        return [.. question.Limits.GroupBy(limit => limit.Kind).Select(kind => new Stranded(kind.Key, LeftOf([.. kind], full), kind.First().Unit, Because(full)))];
    }

    // What one more rack would exceed, row by row.
    private List<string> Because(int[][] full)
    {
        var blocked = Enumerable.Range(0, question.Rows.Count).Where(row => question.Fits[type][row]).SelectMany(row =>
            question.Limits.Where(limit => Load(limit, full) + limit.Weights[type][row] > limit.Capacity).Select(limit => limit.Kind).Distinct());
        return [.. blocked.GroupBy(kind => kind).OrderByDescending(kind => kind.Count()).Select(kind => $"{kind.Key} in {kind.Count()} rows")];
    }

    // Where one domain keeps room for another, room is not the sum of what each has left: it is the most that still goes in.
    private long LeftOf(List<Limit> limits, int[][] full)
    {
        if (!limits.Exists(limit => limit.Divisor > 1) || limits[0].Kind == "grid")
            return limits.Sum(limit => (limit.Capacity - Load(limit, full)) / limit.Divisor);
        var model = new CpModel();
        var watts = question.Rows.Select((_, row) => model.NewIntVar(0, limits.Max(limit => limit.Capacity), $"w{row}")).ToArray();
        foreach (var limit in limits)
            model.Add(LinearExpr.WeightedSum(watts, limit.Weights[type].Select(weight => weight / question.Types[type].Watts)) <= limit.Capacity - Load(limit, full));
        model.Maximize(LinearExpr.Sum(watts));
        var solver = PlanModel.Solver(question.Plan, question.Plan.SolverSeconds);
        return solver.Solve(model) is CpSolverStatus.Optimal or CpSolverStatus.Feasible ? watts.Sum(solver.Value) : 0;
    }

    private IEnumerable<string> Kinds() => question.Limits.Where(limit => limit.Weights[type].Any(weight => weight > 0)).Select(limit => limit.Kind).Distinct();

    private static long Load(Limit limit, int[][] racks) =>
        limit.Weights.Select((weights, of) => weights.Select((weight, row) => weight * racks[of][row]).Sum()).Sum();

    private int[] Fill(int[][] racks, List<Limit> limits)
    {
        var model = new CpModel();
        var more = question.Rows.Select((_, row) => model.NewIntVar(0, question.Fits[type][row] ? 5000 : 0, $"r{row}")).ToArray();
        foreach (var limit in limits)
            model.Add(LinearExpr.WeightedSum(more, limit.Weights[type]) <= limit.Capacity - Load(limit, racks));
        model.Maximize(LinearExpr.Sum(more));
        var solver = PlanModel.Solver(question.Plan, question.Plan.SolverSeconds);
        return solver.Solve(model) is CpSolverStatus.Optimal or CpSolverStatus.Feasible ? [.. more.Select(one => (int)solver.Value(one))] : new int[more.Length];
    }
}
