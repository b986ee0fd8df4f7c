using Google.OrTools.Sat;

namespace ControlPlane.Planning.Capacity;

/// <summary>A way to make a demand fit that does not.</summary>
/// <param name="What">What would have to be more, or less.</param>
/// <param name="Percent">By how many percent in all, summed over what it touches: smallest first.</param>
/// <param name="Steps">Each change.</param>
public sealed record Relaxation(string What, double Percent, IReadOnlyList<string> Steps);

/// <summary>Finds the smallest changes, each of one kind, with which a demand would fit.</summary>
internal static class Relaxations
{
    /// <summary>How much of each quarter's demand fits, in thousandths.</summary>
    public static IReadOnlyList<long> Served(CapacityQuestion question)
    {
        var model = new PlanModel(question, [.. Enumerable.Range(0, question.Quarters.Count)], partly: true);
        model.Model.Maximize(LinearExpr.Sum(model.Served));
        var solver = PlanModel.Solver(question.Plan, question.Plan.SolverSeconds);
        return solver.Solve(model.Model) is CpSolverStatus.Optimal or CpSolverStatus.Feasible ? [.. model.Served.Select(solver.Value)] : [.. model.Served.Select(_ => 0L)];
    }

    /// <summary>The relaxations for a quarter, smallest first; empty when no single kind is enough.</summary>
    public static List<Relaxation> For(CapacityQuestion question, int quarter, long served)
    {
        var found = new List<Relaxation>
        {
            new("demand", (1000 - served) / 10.0, [$"serve {served / 10.0:0.0} % of the demand of {question.Quarters[quarter]}"]),
        };
        foreach (var kind in question.Limits.Select(limit => limit.Kind).Distinct().Append(PlanModel.Supply))
        {
            var model = new PlanModel(question, [quarter], relaxed: kind);
            if (model.Excess.Count > 0)
                model.Model.Minimize(LinearExpr.Sum(model.Excess.Select(one => one.Thousandths)));
            else
                model.Model.Minimize(model.Cost());
            var solver = PlanModel.Solver(question.Plan, question.Plan.SolverSeconds);
            if (solver.Solve(model.Model) is not (CpSolverStatus.Optimal or CpSolverStatus.Feasible))
                continue;
            if (kind == PlanModel.Supply)
            {
                found.Add(new Relaxation(kind, 0, [.. Earlier(question, quarter, model.Read(solver))]));
                continue;
            }
            var more = model.Excess.Select(one => (one.Limit, Thousandths: solver.Value(one.Thousandths))).Where(one => one.Thousandths > 0).ToList();
            found.Add(new Relaxation(kind, more.Sum(one => one.Thousandths) / 10.0, [.. more.Select(one =>
                $"{one.Limit.Name}: {(long)Math.Ceiling(one.Limit.Capacity / (double)one.Limit.Divisor * one.Thousandths / 1000)} {one.Limit.Unit} more than {one.Limit.Capacity / one.Limit.Divisor}")]));
        }
        return [.. found.OrderBy(one => one.What == PlanModel.Supply).ThenBy(one => one.Percent)];
    }

    private static IEnumerable<string> Earlier(CapacityQuestion question, int quarter, RackPlan plan)
    {
        for (var type = 0; type < question.Types.Count; type++)
        {
            if (plan.Added(question, 0, type) is var added and > 0)
                yield return $"{added} {question.Types[type].Name} by {question.Quarters[quarter]}, whenever they were ordered and however many arrive in a quarter";
        }
    }
}
