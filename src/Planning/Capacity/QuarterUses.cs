using Google.OrTools.Sat;

namespace ControlPlane.Planning.Capacity;

/// <summary>Whether given racks meet the demand of a quarter, exactly.</summary>
internal static class QuarterUses
{
    /// <summary>What the racks do in each scenario, by scenario, need and type; null when they do not meet the demand.</summary>
    /// <param name="question">The question.</param>
    /// <param name="quarter">The quarter.</param>
    /// <param name="racks">Racks by type and row; they need not keep the limits.</param>
    public static long[][][]? Find(CapacityQuestion question, int quarter, int[][] racks)
    {
        var uses = new List<long[][]>();
        foreach (var scenario in Scenario.Of(question))
        {
            if (Find(question, quarter, scenario, Usable(question, scenario, racks)) is not { } found)
                return null;
            uses.Add(found);
        }
        return [.. uses];
    }

    /// <summary>Racks of each type that work in a scenario whichever of its losses it is.</summary>
    public static int[] Usable(CapacityQuestion question, Scenario scenario, int[][] racks) => [.. question.Types.Select((_, type) =>
    {
        var all = racks[type].Sum();
        if (scenario.Losses.Count == 0)
            return all * (100 - question.Plan.SparesPercent) / 100;
        return all - scenario.Losses.Max(loss => Math.Min(loss.Racks ?? int.MaxValue, racks[type].Where((_, row) => loss.Takes[type][row]).Sum()));
    })];

    private static long[][]? Find(CapacityQuestion question, int quarter, Scenario scenario, int[] usable)
    {
        var model = new CpModel();
        var (uses, needed) = (new IntVar?[question.Needs.Count][], question.Types.Select(_ => LinearExpr.NewBuilder()).ToArray());
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
            model.Add(given >= scenario.Amount(question.Needs[need], quarter));
        }
        for (var type = 0; type < usable.Length; type++)
            model.Add(needed[type] <= (long)usable[type] * question.Types[type].Nodes);
        var solver = PlanModel.Solver(question.Plan, question.Plan.SolverSeconds);
        return solver.Solve(model) is CpSolverStatus.Optimal or CpSolverStatus.Feasible
            ? [.. uses.Select(types => types.Select(use => use is null ? 0 : solver.Value(use)).ToArray())]
            : null;
    }
}
