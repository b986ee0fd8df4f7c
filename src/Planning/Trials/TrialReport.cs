using System.Globalization;
using System.Text.Json.Serialization;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Planning.Trials;

/// <summary>What the event twin says of a plan.</summary>
/// <param name="Failures">Every quarter with failures, over several seeds.</param>
/// <param name="Outages">The last quarter in every state in which it must hold.</param>
public sealed record TrialReport(IReadOnlyList<FailureResult> Failures, IReadOnlyList<OutageResult> Outages)
{
    /// <summary>Whether every condition held that was tried.</summary>
    public bool Holds => Failures.All(result => result.Holds) && Outages.All(result => result.Holds);

    /// <summary>What did not hold, in words.</summary>
    [JsonIgnore]
    public IEnumerable<string> Problems =>
        Failures.Where(result => !result.Holds).Select(result => Text($"{result.Quarter} in the twin: {result.Need} gets {result.Percent.Mean:0.###} ± {result.Percent.Margin:0.###} % of what is asked, and {result.LeastPercent} % is needed"))
            .Concat(Outages.Where(result => !result.Holds).Select(result => Text($"{result.Quarter} in the twin, {result.State}: {result.Need} gets {result.Given:0} of {result.Asked}")));

    /// <summary>All states with something out, in a sentence.</summary>
    [JsonIgnore]
    public string OutagesInWords
    {
        get
        {
            var states = Outages.GroupBy(one => one.State).ToList();
            return states.Count == 0 ? "no state with something out was played" : Text(
                $"{Outages[0].Quarter} with something out, {states.Count} states: {states.Count(state => state.All(one => one.Holds))} keep what is asked, back within {Outages.Max(one => one.RecoverySeconds ?? 0):0} s");
        }
    }

    /// <summary>Plays a plan; null when its file states no failures.</summary>
    public static TrialReport? Run(CapacityQuestion question, RackPlan plan, HardwareCatalogue catalogue, PlanWatch? watch = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        if (question.Plan.Failures is null)
            return null;
        var last = question.Quarters.Count - 1;
        var failures = Enumerable.Range(0, question.Quarters.Count).SelectMany(quarter => FailureTrial.Run(question, quarter, plan, catalogue, watch) ?? []).ToList();
        return new TrialReport(failures, OutageTrial.Run(question, last, plan.Racks[last], catalogue, watch));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
