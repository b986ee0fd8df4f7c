using System.Collections.Immutable;
using ControlPlane.Domain;
using ControlPlane.Facility.Health;

namespace ControlPlane.Grains.Health;

/// <summary>A node's durable row: what every source says, by name. What it comes to is the law's.</summary>
[GenerateSerializer, Immutable, Alias("HealthRow")]
internal sealed record HealthRow
{
    /// <summary>Alerts that are named; more are counted.</summary>
    private const int Named = 3;

    [Id(0)] public ValueList<HealthStatement> Statements { get; init; }

    /// <summary>Everything as one; null when nobody has said anything.</summary>
    public HealthStatement? Merged => Law.Merged is { } merged
        ? new HealthStatement(
            "merged", HealthMode.Report, DateTimeOffset.UnixEpoch + merged.ObservedAt, merged.Successes.Select(check => new HealthPart(check.Id, check.Target)).ToValueList(),
            merged.Alerts.Select(alert => new HealthFinding(new HealthPart(alert.Id, alert.Target), DateTimeOffset.UnixEpoch + alert.Since, alert.Message, alert.Classifications)).ToValueList())
        : null;

    private MachineHealth Law => new()
    {
        Reports = Of(HealthMode.Report),
        Merging = Of(HealthMode.Merge),
        Replacing = InPlaceOfAll is { } said ? Report(said) : null,
    };

    private HealthStatement? InPlaceOfAll => Statements.Where(said => said.Mode == HealthMode.Replace).OrderBy(said => said.ObservedAt).LastOrDefault();

    /// <summary>The alerts that prevent allocations, in few words, and what was found; empty when none does.</summary>
    public (string Alerts, string Message) Obstacle
    {
        get
        {
            var prevent = (Merged?.Alerts ?? []).Where(Prevents).ToList();
            if (prevent.Count == 0)
                return ("", "");
            var more = prevent.Count > Named ? $" and {prevent.Count - Named} more" : "";
            var alerts = string.Join(", ", prevent.Take(Named).Select(alert => $"{alert.Part} ({Sources(alert.Part)})")) + more;
            var found = string.Join("; ", prevent.Take(Named).Select(alert => $"{alert.Part}: {alert.Message} ({Sources(alert.Part)})")) + more;
            return (alerts, $"Health keeps new work off it, what runs there {(Drains ? "is moved off" : "stays")}: {found}.");
        }
    }

    /// <summary>True while an alert that prevents allocations also has the node emptied.</summary>
    public bool Drains => (Merged?.Alerts ?? []).Any(alert => Prevents(alert) && alert.Classifications.Contains(HealthAlert.DrainNode));

    /// <summary>The row with what a source says now. An alert without a beginning keeps the one that it had.</summary>
    public HealthRow With(HealthStatement said)
    {
        var before = Statements.FirstOrDefault(other => other.Source == said.Source);
        var alerts = said.Alerts.Select(alert => alert with
        {
            Since = alert.Since ?? before?.Alerts.FirstOrDefault(old => old.Part == alert.Part)?.Since ?? said.ObservedAt,
        });
        return Without(said.Source).Plus(said with { Alerts = alerts.ToValueList() });
    }

    /// <summary>The row without what a source says.</summary>
    public HealthRow Without(string source) => this with { Statements = Statements.Where(said => said.Source != source).ToValueList() };

    /// <summary>Whether both say the same, apart from when it was seen.</summary>
    public bool SaysTheSameAs(HealthRow other) => Undated() == other.Undated();

    private HealthRow Plus(HealthStatement said) =>
        this with { Statements = Statements.Append(said).OrderBy(one => one.Source, StringComparer.Ordinal).ToValueList() };

    // Which of several overrides stands for all is a matter of dates.
    private ValueList<HealthStatement> Undated() => Statements.Select(said => said.Mode == HealthMode.Replace ? said : said with { ObservedAt = default }).ToValueList();

    private static bool Prevents(HealthFinding alert) => alert.Classifications.Contains(HealthAlert.PreventAllocations);

    private string Sources(HealthPart part) => string.Join(", ", Statements
        .Where(said => InPlaceOfAll is not { } instead || said.Mode == HealthMode.Merge || said == instead)
        .Where(said => said.Alerts.Any(alert => alert.Part == part)).Select(said => said.Source));

    private ImmutableSortedDictionary<string, HealthReport> Of(HealthMode mode) => Statements.Where(said => said.Mode == mode)
        .ToImmutableSortedDictionary(said => said.Source, Report, StringComparer.Ordinal);

    private static HealthReport Report(HealthStatement said) => new(
        said.Source, said.ObservedAt - DateTimeOffset.UnixEpoch, said.Successes.Select(part => new HealthCheck(part.Id, part.Target)).ToValueList(),
        said.Alerts.Select(alert => new HealthAlert(
            alert.Part.Id, alert.Part.Target, (alert.Since ?? said.ObservedAt) - DateTimeOffset.UnixEpoch, alert.Message,
            alert.Classifications.Distinct().Order(StringComparer.Ordinal).ToValueList())).ToValueList());
}
