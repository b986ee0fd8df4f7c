using System.Globalization;
using ControlPlane.Domain;

namespace ControlPlane.Facility.Diagnostics;

/// <summary>Holds devices of one name against each other: one that is slower than the median of its like is a straggler.</summary>
public static class PeerComparison
{
    /// <summary>Fewer than three do not tell which of them is the slow one.</summary>
    public const int FewestPeers = 3;

    /// <summary>The diagnoses with a line for every rate that three or more devices of the same name have.</summary>
    /// <param name="devices">What was measured on each.</param>
    /// <param name="criteria">How far below the median is too far.</param>
    public static IReadOnlyList<DeviceDiagnosis> Compared(IReadOnlyList<DeviceDiagnosis> devices, DiagnosticsCriteria criteria)
    {
        ArgumentNullException.ThrowIfNull(devices);
        ArgumentNullException.ThrowIfNull(criteria);
        var medians = devices.SelectMany(device => device.Checks.Where(check => check.Rate is not null).Select(check => (device.Name, check.Check, Rate: check.Rate!.Value)))
            .GroupBy(rate => (rate.Name, rate.Check), rate => rate.Rate)
            .Where(rates => rates.Count() >= FewestPeers)
            .ToDictionary(rates => rates.Key, rates => (Median: Median([.. rates.Order()]), Count: rates.Count()));
        return [.. devices.Select(device => device with { Checks = Lines(device, medians, criteria.StragglerShare.Value) })];
    }

    private static ValueList<CheckResult> Lines(
        DeviceDiagnosis device, Dictionary<(string, string), (double Median, int Count)> medians, double share)
    {
        var lines = device.Checks.ToList();
        foreach (var check in device.Checks)
        {
            if (check.Rate is not { } rate || !medians.TryGetValue((device.Name, check.Check), out var peers))
                continue;
            var least = (1 - share) * peers.Median;
            lines.Add(new(
                $"{check.Check}, peers", Percent(rate / peers.Median), Percent(1 - share), rate >= least ? CheckVerdict.Passed : CheckVerdict.Failed,
                $"of the median of {peers.Count.ToString(CultureInfo.InvariantCulture)} devices{(rate >= least ? "" : ": a straggler")}"));
        }
        return lines.ToValueList();
    }

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#} %");
}
