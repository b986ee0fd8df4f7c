using Google.OrTools.Sat;

namespace ControlPlane.Planning.Capacity;

/// <summary>Whether given racks meet the demand of a quarter, exactly, and how much of it they meet at most.</summary>
internal static class QuarterUses
{
    private const long All = 1000;

    /// <summary>What the racks do in each scenario, by scenario, need and type; null when they do not meet the demand.</summary>
    /// <param name="question">The question.</param>
    /// <param name="quarter">The quarter.</param>
    /// <param name="racks">Racks by type and row; they need not keep the limits.</param>
    public static long[][][]? Find(CapacityQuestion question, int quarter, int[][] racks)
    {
        var uses = new List<long[][]>();
        foreach (var scenario in Scenario.Of(question))
        {
            if (Solve(question, quarter, scenario, Usable(question, scenario, racks), All) is not { } found)
                return null;
            uses.Add(found.Uses);
        }
        return [.. uses];
    }

    /// <summary>What the racks do at most in a scenario, by need and type, and the share of every need that this meets, in thousandths.</summary>
    /// <param name="question">The question.</param>
    /// <param name="quarter">The quarter.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="racks">Racks by type and row.</param>
    public static (long[][] Uses, long Served) Most(CapacityQuestion question, int quarter, Scenario scenario, int[][] racks) =>
        Most(question, quarter, scenario, Usable(question, scenario, racks));

    /// <summary>The same on so many racks of each type.</summary>
    public static (long[][] Uses, long Served) Most(CapacityQuestion question, int quarter, Scenario scenario, int[] usable) =>
        Solve(question, quarter, scenario, usable, 0) ?? ([.. question.Needs.Select(_ => new long[usable.Length])], 0);

    /// <summary>Racks of each type that work in a scenario whichever of its losses it is.</summary>
    public static int[] Usable(CapacityQuestion question, Scenario scenario, int[][] racks) => [.. question.Types.Select((_, type) =>
    {
        var all = racks[type].Sum();
        if (scenario.Losses.Count == 0)
            return all * (100 - question.Plan.SparesPercent) / 100;
        return all - scenario.Losses.Max(loss => Math.Min(loss.Racks ?? int.MaxValue, racks[type].Where((_, row) => loss.Takes[type][row]).Sum()));
    })];

    private static (long[][] Uses, long Served)? Solve(CapacityQuestion question, int quarter, Scenario scenario, int[] usable, long least)
    {
        var model = new CpModel();
        var (uses, needed) = (new IntVar?[question.Needs.Count][], question.Types.Select(_ => LinearExpr.NewBuilder()).ToArray());
        var served = model.NewIntVar(least, All, "served");
        for (var need = 0; need < uses.Length; need++)
        {
            var given = LinearExpr.NewBuilder();
            uses[need] = new IntVar?[usable.Length];
            for (var type = 0; type < usable.Length; type++)
            {
                if (question.Needs[need].Ways[type] is not { } way)
                    continue;
                var use = model.NewIntVar(0, (long)usable[type] * question.Types[type].Nodes / way.NodesPerUnit, "use");
                uses[need][type] = use;
                given.AddTerm(use, way.Rate);
                needed[type].AddTerm(use, way.NodesPerUnit);
            }
            var amount = scenario.Amount(question.Needs[need], quarter);
            if (least == All)
                model.Add(given >= amount);
            else
                model.Add(LinearExpr.Term(given, All) >= LinearExpr.Term(served, amount));
        }
        for (var type = 0; type < usable.Length; type++)
            model.Add(needed[type] <= (long)usable[type] * question.Types[type].Nodes);
        if (least < All)
            model.Maximize(served);
        var solver = PlanModel.Solver(question.Plan, question.Plan.SolverSeconds);
        return solver.Solve(model) is CpSolverStatus.Optimal or CpSolverStatus.Feasible
            ? ([.. uses.Select(types => types.Select(use => use is null ? 0 : solver.Value(use)).ToArray())], solver.Value(served))
            : null;
    }
}
