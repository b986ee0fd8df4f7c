using ControlPlane.Domain.Catalogue;
using ControlPlane.Facility.Economics;
using ControlPlane.Planning.Trials;
using ControlPlane.Planning.WhatIf;

namespace ControlPlane.Planning.Capacity;

/// <summary>Plans, checks and describes: everything that <c>factoryctl capacity plan</c> tells.</summary>
public static class ReportBuilder
{
    private const double HoursPerQuarter = GpuHour.HoursPerYear / 4;

    /// <summary>Answers a demand file.</summary>
    /// <param name="question">The question.</param>
    /// <param name="catalogue">Rack types and GPUs.</param>
    /// <param name="plan">The plan, or null.</param>
    /// <param name="watch">Told how far it is; when it ends the work early, the report says so and holds what was checked until then.</param>
    public static CapacityReport Answer(CapacityQuestion question, HardwareCatalogue catalogue, out RackPlan? plan, PlanWatch? watch = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        watch?.Told?.Invoke("choosing racks", 0, 1);
        var outcome = CapacityPlanner.Plan(question);
        plan = outcome.Plan;
        return outcome.Plan is { } found ? Planned(question, catalogue, outcome, found, watch) : Short(question, outcome);
    }

    /// <summary>Describes a plan and what the checks and the twin say of it.</summary>
    public static CapacityReport Planned(CapacityQuestion question, HardwareCatalogue catalogue, PlanOutcome outcome, RackPlan plan, PlanWatch? watch = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(plan);
        var checks = Check(question, plan, catalogue, watch);
        var trial = TrialReport.Run(question, plan, catalogue, watch);
        var whatIf = WhatIfReport.Answer(question, plan, catalogue, watch);
        var isWhole = watch?.IsStopped?.Invoke() != true;
        var reference = Reference(question, plan);
        var (waterfall, last) = (new Waterfall(question, reference), question.Quarters.Count - 1);
        return new CapacityReport
        {
            Fits = isWhole && checks.Violations.Count == 0 && checks.Misplaced.Count == 0 && trial?.Holds != false && whatIf?.Holds != false,
            IsWhole = isWhole,
            Status = isWhole ? outcome.Status : outcome.Status + "; stopped before everything was checked",
            Assumptions = Assumptions.Of(question),
            Dollars = outcome.Dollars,
            ProvenLeastDollars = outcome.Bound,
            GreedyDollars = outcome.GreedyDollars,
            Quarters = [.. Enumerable.Range(0, question.Quarters.Count).Select(quarter => OfQuarter(question, plan, quarter, reference, waterfall))],
            Orders = Orders(question, plan),
            Stranded = waterfall.StrandedIn(plan.Racks[last]),
            Marginal = [.. question.Types.Select((_, type) => Marginal(question, plan, type))],
            Checks = checks,
            Trial = trial,
            WhatIf = whatIf,
        };
    }

    private static CapacityReport Short(CapacityQuestion question, PlanOutcome outcome)
    {
        var served = Relaxations.Served(question);
        var first = Enumerable.Range(0, served.Count).FirstOrDefault(quarter => served[quarter] < 1000, -1);
        return new CapacityReport
        {
            Fits = false,
            Status = outcome.Status,
            Assumptions = Assumptions.Of(question),
            FirstShort = first < 0 ? null : question.Quarters[first].ToString(),
            ServedPercent = served.Select((one, quarter) => (question.Quarters[quarter].ToString(), one / 10.0)).ToDictionary(pair => pair.Item1, pair => pair.Item2),
            Relaxations = first < 0 ? [] : Relaxations.For(question, first, served[first]),
        };
    }

    private static CheckReport Check(CapacityQuestion question, RackPlan plan, HardwareCatalogue catalogue, PlanWatch? watch)
    {
        var (placed, states, misplaced, fewer) = (0, 0, new List<string>(), new List<string>());
        for (var quarter = 0; quarter < question.Quarters.Count && watch?.Goes($"placing all work of {question.Quarters[quarter]}", quarter, question.Quarters.Count) != false; quarter++)
        {
            misplaced.AddRange(HallProof.Verify(question, plan, quarter, catalogue, out var jobs, out var outages));
            (placed, states) = (placed + jobs, states + outages);
            foreach (var (type, row) in PlanTrim.Fewer(question, plan.Racks, quarter).DistinctBy(one => one.Type))
            {
                var racks = plan.Racks[quarter].Select(rows => rows.ToArray()).ToArray();
                racks[type][row]--;
                if (QuarterUses.Find(question, quarter, racks) is not null)
                    fewer.Add($"{question.Quarters[quarter]}: {question.Types[type].Name}");
            }
        }
        return new CheckReport(CapacityCheck.Verify(question, plan, catalogue), placed, states, misplaced, fewer, [.. question.Losses.Select(loss => $"{loss.Kind} {loss.Name}, {loss.KeepPercent} % kept")]);
    }

    private static QuarterReport OfQuarter(CapacityQuestion question, RackPlan plan, int quarter, int reference, Waterfall waterfall)
    {
        var rooms = waterfall.Rooms(plan, quarter);
        var types = Enumerable.Range(0, question.Types.Count).ToList();
        var watts = types.Sum(type => plan.Count(quarter, type) * question.Types[type].Watts);
        var dollars = types.Sum(type => plan.Count(quarter, type) * question.Types[type].QuarterDollars);
        var meter = watts * question.Plan.Pue;
        var tokens = question.Needs.Where(need => !need.IsTraining).Sum(need => need.Amounts[quarter]);
        var racks = from row in Enumerable.Range(0, question.Rows.Count)
                    from type in types
                    let count = plan.Racks[quarter][type][row]
                    where count > 0
                    let before = quarter == 0 ? question.Rows[row].Installed[type] : plan.Racks[quarter - 1][type][row]
                    select new RowRacks(question.Rows[row].Spec.Hall, question.Rows[row].Name, question.Types[type].Name, count, count - before);
        return new QuarterReport(
            question.Quarters[quarter].ToString(), [.. racks], types.Sum(type => plan.Count(quarter, type) * question.Types[type].Gpus), watts, (long)meter, dollars, tokens,
            meter > 0 ? Math.Round(TokenEnergy.TokensPerSecondPerMegawatt(meter, tokens)) : 0,
            [.. question.Needs.Select((_, need) => OfNeed(question, plan, quarter, need, dollars, meter * question.Plan.DrawPercent / 100))],
            rooms.FirstOrDefault(), rooms.Skip(1).FirstOrDefault(), question.Types[reference].Name, rooms);
    }

    // Costs go by what the nodes at work cost and draw; spares and unused nodes are shared out in proportion.
    private static NeedReport OfNeed(CapacityQuestion question, RackPlan plan, int quarter, int index, long dollars, double drawn)
    {
        var (need, uses) = (question.Needs[index], plan.Uses[quarter][0]);
        var given = need.Ways.Select((way, type) => way is null ? 0 : way.Rate * uses[index][type]).Sum();
        var asked = need.Amounts[quarter];
        if (need.IsTraining || asked == 0)
            return new NeedReport(need.Name, asked, given, null, null);
        double Part(Func<PlannedType, double> weight) => Weighed(index, weight) / Enumerable.Range(0, question.Needs.Count).Sum(other => Weighed(other, weight));
        double Weighed(int of, Func<PlannedType, double> weight) => question.Types.Select((type, at) =>
            question.Needs[of].Ways[at] is { } way ? uses[of][at] * way.NodesPerUnit * weight(type) / type.Nodes : 0).Sum();
        var hourly = dollars / HoursPerQuarter * Part(type => type.QuarterDollars);
        return new NeedReport(
            need.Name, asked, given, Math.Round(TokenCost.DollarsPerMillion(hourly, asked), 5),
            Math.Round(TokenEnergy.KilowattHoursPerMillion(drawn * Part(type => type.Watts), asked), 5));
    }

    private static List<RackOrder> Orders(CapacityQuestion question, RackPlan plan)
    {
        var orders = from quarter in Enumerable.Range(0, question.Quarters.Count)
                     from type in Enumerable.Range(0, question.Types.Count)
                     let count = plan.Added(question, quarter, type)
                     where count > 0
                     let known = question.Types[type]
                     let latest = DateOnly.FromDateTime((question.Quarters[quarter].Start - known.Offer.LeadTime).UtcDateTime)
                     orderby latest, known.Name
                     select new RackOrder(latest, question.Quarters[quarter].ToString(), known.Name, count, (long)count * known.Offer.Dollars);
        return [.. orders];
    }

    private static MarginalRack Marginal(CapacityQuestion question, RackPlan plan, int type)
    {
        var (last, known, waterfall) = (question.Quarters.Count - 1, question.Types[type], new Waterfall(question, type));
        var made = question.Needs.Where(need => !need.IsTraining && need.Ways[type] is not null)
            .ToDictionary(need => need.Name, need => need.Ways[type]!.Rate * known.Nodes / need.Ways[type]!.NodesPerUnit);
        return new MarginalRack(
            known.Name, waterfall.More(plan.Racks[last]).Sum(), waterfall.Rooms(plan, last).FirstOrDefault()?.Kind ?? "nothing", known.QuarterDollars, made,
            made.ToDictionary(one => one.Key, one => Math.Round(TokenCost.DollarsPerMillion(known.QuarterDollars / HoursPerQuarter, one.Value), 5)));
    }

    // The type that the plan buys most of; the first when it buys none.
    private static int Reference(CapacityQuestion question, RackPlan plan) => Enumerable.Range(0, question.Types.Count)
        .MaxBy(type => plan.Count(question.Quarters.Count - 1, type) - question.Rows.Sum(row => row.Installed[type]));
}
