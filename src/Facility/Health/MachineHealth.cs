using System.Collections.Immutable;
using ControlPlane.Domain;

namespace ControlPlane.Facility.Health;

/// <summary>
/// A machine's health: what its sources report, and what people and repairs lay over it. A replacing override stands for
/// all reports; merging ones are added to whatever stands.
/// </summary>
public sealed record MachineHealth
{
    /// <summary>The override of a tenant who gave the machine back as broken.</summary>
    public const string TenantReportedIssue = "tenant-reported-issue";

    /// <summary>The override that asks for a repair.</summary>
    public const string RepairRequest = "repair-request";

    /// <summary>The repair's label once the machine works again.</summary>
    public const string Completed = "Completed";

    /// <summary>The repair's label while it goes on.</summary>
    public const string InProgress = "InProgress";

    /// <summary>What sources report, by source.</summary>
    public ImmutableSortedDictionary<string, HealthReport> Reports { get; init; } = Empty;

    /// <summary>Overrides that are added, by source.</summary>
    public ImmutableSortedDictionary<string, HealthReport> Merging { get; init; } = Empty;

    /// <summary>The override that stands for all reports, or null.</summary>
    public HealthReport? Replacing { get; init; }

    /// <summary>Everything as one report; null when nobody has said anything.</summary>
    public HealthReport? Merged
    {
        get
        {
            var all = (Replacing is { } replacing ? [replacing] : Reports.Values).Concat(Merging.Values).ToList();
            return all.Count == 0 ? null : HealthReport.Merge(all);
        }
    }

    /// <summary>Whether anything new may be placed on the machine. Not while nobody has said anything.</summary>
    public bool IsAllocatable => Merged is { IsAllocatable: true };

    private static ImmutableSortedDictionary<string, HealthReport> Empty { get; } =
        ImmutableSortedDictionary.Create<string, HealthReport>(StringComparer.Ordinal);

    /// <summary>A tenant gives the machine back with an issue.</summary>
    /// <param name="issue">What it was, such as <c>HARDWARE</c>.</param>
    /// <param name="repairs">Whether a repair is asked for at once.</param>
    /// <param name="now">The instant.</param>
    public MachineHealth Returned(string issue, bool repairs, TimeSpan now)
    {
        var merging = Merging.SetItem(TenantReportedIssue, Blocking(TenantReportedIssue, issue, now));
        return this with { Merging = repairs ? merging.SetItem(RepairRequest, Blocking(RepairRequest, issue, now)) : merging };
    }

    /// <summary>
    /// A repair gives the machine back. Only one that says it is completed frees the machine; any other leaves the
    /// tenant's issue standing for a person to look at, and no second repair is asked for by itself.
    /// </summary>
    /// <param name="status">The repair's label, or null when it left none.</param>
    public MachineHealth Repaired(string? status) => status switch
    {
        Completed => this with { Merging = Merging.Remove(RepairRequest).Remove(TenantReportedIssue) },
        InProgress => this,
        _ => this with { Merging = Merging.Remove(RepairRequest) },
    };

    private static HealthReport Blocking(string source, string message, TimeSpan now) =>
        new(source, now, [], [new HealthAlert(source, null, now, message, [HealthAlert.PreventAllocations])]);
}
