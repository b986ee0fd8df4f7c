using ControlPlane.Planning.Capacity;
using Google.OrTools.Sat;

namespace ControlPlane.Planning.WhatIf;

/// <summary>Racks of a type that may work at some levels.</summary>
/// <param name="Type">Index of the type.</param>
/// <param name="Racks">How many.</param>
/// <param name="Levels">The levels.</param>
internal sealed record LevelPool(int Type, int Racks, IReadOnlyList<PowerLevel> Levels);

/// <summary>What racks do at lowered power: units by pool, level and need.</summary>
/// <param name="Units">Units by pool, level and need.</param>
/// <param name="ServedPercent">Share of every model's asked tokens/s that is served, 0 to 100.</param>
/// <param name="TrainingPercent">Share of the training that goes on, 0 to 100; null when none is asked for.</param>
internal sealed record LevelMix(long[][][] Units, double ServedPercent, double? TrainingPercent)
{
    private const long All = 1000;

    /// <summary>Serves as much as it can of every model alike, and then trains as much as it can.</summary>
    /// <param name="question">The question.</param>
    /// <param name="quarter">The quarter.</param>
    /// <param name="pools">The racks.</param>
    /// <param name="mostWatts">What nodes at work may draw above what they draw idle; null for no bound.</param>
    /// <param name="idleWatts">What a node draws idle, by type.</param>
    /// <returns>Null when the solver found nothing in its limit.</returns>
    public static LevelMix? Find(CapacityQuestion question, int quarter, IReadOnlyList<LevelPool> pools, long? mostWatts, IReadOnlyList<long> idleWatts)
    {
        var model = new CpModel();
        var (served, trained) = (model.NewIntVar(0, All, "served"), model.NewIntVar(0, All, "trained"));
        var given = question.Needs.Select(_ => LinearExpr.NewBuilder()).ToArray();
        var drawn = LinearExpr.NewBuilder();
        var units = pools.Select(pool => pool.Levels.Select(level => new IntVar?[question.Needs.Count]).ToArray()).ToArray();
        for (var at = 0; at < pools.Count; at++)
            AddPool(question, model, pools[at], units[at], given, drawn, idleWatts[pools[at].Type]);
        if (mostWatts is { } most)
            model.Add(drawn <= most);
        for (var need = 0; need < given.Length; need++)
            model.Add(LinearExpr.Term(given[need], All) >= LinearExpr.Term(question.Needs[need].IsTraining ? trained : served, question.Needs[need].Amounts[quarter]));
        // No thousandth of what is served is given for training.
        model.Maximize(LinearExpr.Term(served, 2 * All) + trained);
        var solver = PlanModel.Solver(question.Plan, question.Plan.SolverSeconds);
        if (solver.Solve(model) is not (CpSolverStatus.Optimal or CpSolverStatus.Feasible))
            return null;
        return new LevelMix(
            [.. units.Select(levels => levels.Select(needs => needs.Select(use => use is null ? 0 : solver.Value(use)).ToArray()).ToArray())],
            solver.Value(served) / 10.0, question.Needs.Any(need => need.IsTraining && need.Amounts[quarter] > 0) ? solver.Value(trained) / 10.0 : null);
    }

    private static void AddPool(
        CapacityQuestion question, CpModel model, LevelPool pool, IntVar?[][] units, LinearExprBuilder[] given, LinearExprBuilder drawn, long idle)
    {
        var (nodes, needed) = ((long)pool.Racks * question.Types[pool.Type].Nodes, LinearExpr.NewBuilder());
        for (var level = 0; level < pool.Levels.Count; level++)
        {
            for (var need = 0; need < question.Needs.Count; need++)
            {
                if (question.Needs[need].Ways[pool.Type] is not { } way || pool.Levels[level].Rate(question.Needs[need], way) is not (> 0 and var rate))
                    continue;
                var use = model.NewIntVar(0, nodes / way.NodesPerUnit, "use");
                units[level][need] = use;
                given[need].AddTerm(use, rate);
                needed.AddTerm(use, way.NodesPerUnit);
                drawn.AddTerm(use, way.NodesPerUnit * Math.Max(0, pool.Levels[level].NodeWatts - idle));
            }
        }
        model.Add(needed <= nodes);
    }
}
