using System.Globalization;
using Google.OrTools.Sat;

namespace ControlPlane.Planning.Capacity;

/// <summary>The choice of racks as a constraint program over rack classes: whole racks by quarter, type and row, never single racks.</summary>
internal sealed class PlanModel
{
    /// <summary>The kind of limit that lead times and arrivals in a quarter are.</summary>
    public const string Supply = "supply";

    /// <summary>The kind of limit that a row's positions are.</summary>
    public const string FloorSpace = "floor space";

    // As many as a row may have positions at all.
    private const int MostRacks = 5000;

    private readonly CapacityQuestion _question;
    private readonly IReadOnlyList<Scenario> _scenarios;

    public PlanModel(CapacityQuestion question, IReadOnlyList<int> quarters, string? relaxed = null, bool partly = false)
    {
        (_question, _scenarios, Quarters) = (question, Scenario.Of(question), quarters);
        Racks = [.. quarters.Select(quarter => AddRacks(quarter, relaxed))];
        Uses = new IntVar[quarters.Count][][][];
        Served = [.. quarters.Select(quarter => Model.NewIntVar(partly ? 0 : 1000, 1000, $"served{quarter}"))];
        for (var index = 0; index < quarters.Count; index++)
        {
            AddLimits(index, relaxed);
            Uses[index] = [.. _scenarios.Select((scenario, number) => AddScenario(index, scenario, number, partly))];
        }
    }

    public CpModel Model { get; } = new();

    public IReadOnlyList<int> Quarters { get; }

    public IntVar[][][] Racks { get; }

    public IntVar[][][][] Uses { get; }

    /// <summary>Thousandths of the demand that are met, by quarter.</summary>
    public IntVar[] Served { get; }

    /// <summary>What a relaxed kind of limit is exceeded by, in thousandths of each limit.</summary>
    public List<(Limit Limit, IntVar Thousandths)> Excess { get; } = [];

    /// <summary>What all racks cost over all quarters, in dollars.</summary>
    public LinearExpr Cost()
    {
        var cost = LinearExpr.NewBuilder();
        foreach (var (rack, type) in Racks.SelectMany(quarter => quarter.SelectMany((rows, type) => rows.Select(rack => (rack, type)))))
            cost.AddTerm(rack, _question.Types[type].QuarterDollars);
        return cost;
    }

    public static CpSolver Solver(CapacityPlanSpec plan, double seconds) => new()
    {
        // One worker and a limit in deterministic time: the same question gives the same answer on every machine. Full linear
        // relaxations halve what plans of 8 quarters, 6 types and 4 halls may lie above the least cost: 5.6 % instead of 11.7.
        StringParameters = string.Create(CultureInfo.InvariantCulture, $"num_workers:1 random_seed:{plan.Seed} max_deterministic_time:{seconds} relative_gap_limit:0.001 linearization_level:2"),
    };

    public RackPlan Read(CpSolver solver) => new(
        [.. Racks.Select(types => types.Select(rows => rows.Select(rack => (int)solver.Value(rack)).ToArray()).ToArray())],
        [.. Uses.Select(scenarios => scenarios.Select(needs => needs.Select(types => types.Select(use => use is null ? 0 : solver.Value(use)).ToArray()).ToArray()).ToArray())]);

    private IntVar[][] AddRacks(int quarter, string? relaxed)
    {
        var racks = new IntVar[_question.Types.Count][];
        for (var type = 0; type < racks.Length; type++)
        {
            var possible = relaxed == Supply || quarter >= _question.Types[type].FirstQuarter;
            racks[type] = [.. _question.Rows.Select((row, at) => Model.NewIntVar(
                row.Installed[type],
                possible && _question.Fits[type][at] ? Math.Max(row.Installed[type], relaxed == FloorSpace ? MostRacks : row.Spec.Positions) : row.Installed[type],
                $"q{quarter}t{type}r{at}"))];
        }
        return racks;
    }

    private void AddLimits(int index, string? relaxed)
    {
        foreach (var limit in _question.Limits)
        {
            var load = LinearExpr.NewBuilder();
            foreach (var (rack, weight) in Racks[index].Zip(limit.Weights).SelectMany(pair => pair.First.Zip(pair.Second)).Where(pair => pair.Second > 0))
                load.AddTerm(rack, weight);
            if (limit.Kind == relaxed)
            {
                // Up to a hundred times the limit: beyond that no site is being extended, another one is being built.
                var excess = Model.NewIntVar(0, 100_000, $"excess{Excess.Count}");
                Excess.Add((limit, excess));
                Model.Add(LinearExpr.Term(load, 1000) <= (1000 * LinearExpr.Constant(limit.Capacity)) + LinearExpr.Term(excess, limit.Capacity));
            }
            else
                Model.Add(load <= limit.Capacity);
        }
        for (var type = 0; type < Racks[index].Length; type++)
        {
            var before = index > 0 ? LinearExpr.Sum(Racks[index - 1][type]) : LinearExpr.Constant(_question.Rows.Sum(row => row.Installed[type]));
            // A question about later quarters alone says nothing of when what comes before arrives.
            if (_question.Types[type].Offer.PerQuarter is { } most && relaxed != Supply)
                Model.Add(LinearExpr.Sum(Racks[index][type]) <= before + (long)most * (index > 0 ? 1 : Quarters[0] + 1));
            for (var row = 0; index > 0 && row < _question.Rows.Count; row++)
                Model.Add(Racks[index][type][row] >= Racks[index - 1][type][row]);
        }
    }

    private IntVar[][] AddScenario(int index, Scenario scenario, int number, bool partly)
    {
        var uses = new IntVar[_question.Needs.Count][];
        var needed = _question.Types.Select(_ => LinearExpr.NewBuilder()).ToArray();
        for (var need = 0; need < uses.Length; need++)
        {
            var (wanted, given) = (_question.Needs[need], LinearExpr.NewBuilder());
            uses[need] = new IntVar[_question.Types.Count];
            for (var type = 0; type < uses[need].Length; type++)
            {
                if (wanted.Ways[type] is not { } way)
                    continue;
                var use = Model.NewIntVar(0, 1_000_000, $"q{index}s{number}n{need}t{type}");
                uses[need][type] = use;
                given.AddTerm(use, way.Rate);
                needed[type].AddTerm(use, way.NodesPerUnit);
            }
            var amount = scenario.Amount(wanted, Quarters[index]);
            if (partly)
                Model.Add(LinearExpr.Term(given, 1000) >= LinearExpr.Term(Served[index], amount));
            else
                Model.Add(given >= amount);
        }
        for (var type = 0; type < needed.Length; type++)
        {
            var all = LinearExpr.Sum(Racks[index][type]);
            var usable = Model.NewIntVar(0, 1_000_000, $"usable{index}s{number}t{type}");
            if (scenario.Losses.Count == 0)
                Model.Add(LinearExpr.Term(usable, 100) <= LinearExpr.Term(all, 100 - _question.Plan.SparesPercent));
            foreach (var loss in scenario.Losses)
                AddLoss(index, type, loss, usable, all);
            Model.Add(needed[type] <= LinearExpr.Term(usable, _question.Types[type].Nodes));
        }
        return uses;
    }

    private void AddLoss(int index, int type, Loss loss, IntVar usable, LinearExpr all)
    {
        var taken = LinearExpr.Sum(Racks[index][type].Where((_, row) => loss.Takes[type][row]));
        if (loss.Racks is not { } most)
        {
            Model.Add(usable + taken <= all);
            return;
        }
        // Of one leaf group: all of its racks may be of this type, or there are not even so many.
        var lost = Model.NewIntVar(0, most, $"lost{index}t{type}{loss.Name}");
        Model.AddMinEquality(lost, [taken, LinearExpr.Constant(most)]);
        Model.Add(usable + lost <= all);
    }
}
