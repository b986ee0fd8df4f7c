using ControlPlane.Domain;

namespace ControlPlane.Facility.Health;

/// <summary>What a source knows of a machine's health, and how what several know becomes one.</summary>
/// <param name="Source">Who says so.</param>
/// <param name="ObservedAt">When.</param>
/// <param name="Successes">What is right.</param>
/// <param name="Alerts">What is wrong.</param>
public sealed record HealthReport(string Source, TimeSpan ObservedAt, ValueList<HealthCheck> Successes, ValueList<HealthAlert> Alerts)
{
    /// <summary>Whether anything new may be placed on the machine.</summary>
    public bool IsAllocatable => !Alerts.Any(alert => alert.Classifications.Contains(HealthAlert.PreventAllocations));

    /// <summary>
    /// Both reports as one, part by part: wrong beats right, and the older observation dates the whole, for it is no
    /// fresher than its oldest part.
    /// </summary>
    public HealthReport And(HealthReport other)
    {
        ValueList<HealthAlert> alerts =
        [
            .. Alerts.Concat(other.Alerts).GroupBy(alert => (alert.Id, alert.Target))
                .Select(same => same.Aggregate((one, next) => one.And(next)))
                .OrderBy(alert => alert.Id, StringComparer.Ordinal).ThenBy(alert => alert.Target, StringComparer.Ordinal),
        ];
        var wrong = alerts.Select(alert => new HealthCheck(alert.Id, alert.Target)).ToHashSet();
        return new HealthReport(
            $"{Source}+{other.Source}", other.ObservedAt < ObservedAt ? other.ObservedAt : ObservedAt,
            [.. Successes.Concat(other.Successes).Distinct().Where(check => !wrong.Contains(check))], alerts);
    }

    /// <summary>All reports as one.</summary>
    /// <param name="reports">At least one.</param>
    public static HealthReport Merge(IEnumerable<HealthReport> reports) => reports.Aggregate((one, next) => one.And(next));

    /// <summary>
    /// Whether a sensor beyond its critical threshold is an alert: not while the controller that owns the sensor calls its
    /// health OK, for it knows of hysteresis and of thresholds that changed.
    /// </summary>
    /// <param name="isBeyondThreshold">Whether the reading is beyond its threshold.</param>
    /// <param name="controllerHealth">What the controller says: <c>Ok</c> or worse; null when it says nothing.</param>
    public static bool IsSensorAlert(bool isBeyondThreshold, string? controllerHealth) =>
        isBeyondThreshold && !string.Equals(controllerHealth, "Ok", StringComparison.OrdinalIgnoreCase);
}
