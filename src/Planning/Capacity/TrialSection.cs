using ControlPlane.Planning.Trials;

namespace ControlPlane.Planning.Capacity;

/// <summary>What a page says of the twin's trial.</summary>
internal static class TrialSection
{
    public static IEnumerable<string[]> Failures(TrialReport trial) => trial.Failures.Select(one => (string[])
    [
        one.Quarter, one.Need, PlanPage.Text($"{one.Asked:N0}"), PlanPage.Text($"{one.Given.Mean:N0} ± {one.Given.Margin:N0}"),
        PlanPage.Text($"{one.Percent.Mean:0.###} ± {one.Percent.Margin:0.###} % (needed {one.LeastPercent} %)"),
        one.FullPercent is { } full ? PlanPage.Text($"{full.Mean:0.##} ± {full.Margin:0.##} %") : "", one.Holds ? "yes" : "NO",
    ]);

    /// <summary>State by state, the worst first.</summary>
    public static IEnumerable<string[]> Outages(TrialReport trial) => trial.Outages.GroupBy(one => one.State)
        .OrderBy(state => state.Min(one => one.Asked == 0 ? 1 : one.Given / one.Asked)).ThenByDescending(state => state.Max(one => one.RecoverySeconds ?? double.PositiveInfinity))
        .Select(state => (string[])
        [
            state.First().Quarter, state.Key, string.Join("; ", state.Select(one => PlanPage.Text($"{one.Need}: {one.Given:N0} of {one.Asked:N0}"))),
            state.Any(one => !one.Holds) ? "NO" : PlanPage.Text($"within {state.Max(one => one.RecoverySeconds ?? 0):0} s"),
        ]);
}
