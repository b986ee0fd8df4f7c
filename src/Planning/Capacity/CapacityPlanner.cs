using Google.OrTools.Sat;

namespace ControlPlane.Planning.Capacity;

/// <summary>Chooses the racks that meet demand at the least cost over all quarters.</summary>
public static class CapacityPlanner
{
    /// <summary>Makes a plan. The same question gives the same plan on every machine.</summary>
    public static PlanOutcome Plan(CapacityQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var greedy = GreedyPlan.Find(question);
        List<int> quarters = [.. Enumerable.Range(0, question.Quarters.Count)];
        var model = new PlanModel(question, quarters);
        model.Model.Minimize(model.Cost());
        if (greedy is not null)
            Hint(model, greedy);
        var solver = PlanModel.Solver(question.Plan, question.Plan.SolverSeconds);
        var status = solver.Solve(model.Model);
        if (status == CpSolverStatus.Infeasible)
            return new PlanOutcome(null, "infeasible", 0, 0, null);
        if (status is CpSolverStatus.Optimal or CpSolverStatus.Feasible)
        {
            var trimmed = PlanTrim.Trim(question, model.Read(solver));
            var cost = CostOf(question, trimmed);
            return new PlanOutcome(trimmed, status == CpSolverStatus.Optimal ? "optimal within 0.1 %" : "best found in the limit", cost, (long)solver.BestObjectiveBound, greedy is null ? null : CostOf(question, greedy));
        }
        if (greedy is null)
            return new PlanOutcome(null, "not decided in the limit", 0, 0, null);
        var fallback = PlanTrim.Trim(question, greedy);
        return new PlanOutcome(fallback, "greedy: the solver found nothing in the limit", CostOf(question, fallback), 0, CostOf(question, greedy));
    }

    /// <summary>What a plan costs over all quarters, in dollars.</summary>
    public static long CostOf(CapacityQuestion question, RackPlan plan)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Racks.Sum(types => types.Select((rows, type) => rows.Sum() * question.Types[type].QuarterDollars).Sum());
    }

    private static void Hint(PlanModel model, RackPlan greedy)
    {
        for (var quarter = 0; quarter < greedy.Racks.Length; quarter++)
        {
            foreach (var (variable, value) in model.Racks[quarter].SelectMany(rows => rows).Zip(greedy.Racks[quarter].SelectMany(rows => rows)))
                model.Model.AddHint(variable, value);
        }
    }
}

/// <summary>What planning came to.</summary>
/// <param name="Plan">The plan, or null.</param>
/// <param name="Status">How it was found, or why not.</param>
/// <param name="Dollars">What it costs over all quarters: write-off and electricity.</param>
/// <param name="Bound">What no plan can cost less than, as proven; 0 when nothing is.</param>
/// <param name="GreedyDollars">What the greedy plan costs; null when it found none.</param>
public sealed record PlanOutcome(RackPlan? Plan, string Status, long Dollars, long Bound, long? GreedyDollars);
