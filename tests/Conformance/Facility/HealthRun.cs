using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Conformance.Tests.Physics;
using ControlPlane.Facility.Health;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>Health reports that become one, and what is laid over them.</summary>
internal sealed class HealthRun : IFacilityRun
{
    private MachineHealth _health;
    private bool _asksRepair;

    public HealthRun(CaseInputs given) => _health = new MachineHealth
    {
        Reports = ((JsonArray)given.Required("reports")).Select(node => Report((JsonObject)node!, given)).ToImmutableSortedDictionary(report => report.Source, report => report, StringComparer.Ordinal),
    };

    public Facts Do(string operation, CaseInputs step)
    {
        switch (operation)
        {
            case "merge":
                return State();
            case "override":
                return Override(step);
            case "sensor":
                var beyond = step.Text("reading").Contains("critical", StringComparison.Ordinal);
                return new Facts { ["alert"] = HealthReport.IsSensorAlert(beyond, step.TextOrNone("bmc_health")) };
            case "release_instance":
                _asksRepair = step.Node("auto_repair")?.GetValue<bool>() ?? false;
                _health = _health.Returned(step.Text("issue"), _asksRepair, TimeSpan.Zero);
                return State();
            case "repair_release":
                _health = _health.Repaired(step.TextOrNone("repair_status"));
                step.Remark("repair_status");
                return State();
            default:
                throw new CaseException($"the operation '{operation}' is not known");
        }
    }

    private static HealthReport Report(JsonObject node, CaseInputs given)
    {
        var fields = new CaseInputs(given.CaseId, node, [], given.Folder);
        var report = new HealthReport(
            fields.Text("source"), TimeSpan.FromSeconds(fields.Plain("observed_at")),
            [.. ((JsonArray)fields.Required("successes")).Select(pair => new HealthCheck(pair![0]!.ToString(), pair[1]?.ToString()))],
            [.. ((JsonArray)fields.Required("alerts")).Select(alert => Alert((JsonObject)alert!, given))]);
        return fields.Unread.Count == 0 ? report : throw new CaseException($"a report's '{fields.Unread[0]}' is not known");
    }

    private static HealthAlert Alert(JsonObject node, CaseInputs given)
    {
        var fields = new CaseInputs(given.CaseId, node, [], given.Folder);
        var alert = new HealthAlert(
            fields.Text("id"), fields.TextOrNone("target"), TimeSpan.FromSeconds(fields.PlainOrNone("in_alert_since") ?? 0), fields.TextOrNone("message") ?? "",
            [.. (fields.Node("classifications") as JsonArray ?? []).Select(name => name!.ToString()).Order(StringComparer.Ordinal)]);
        fields.Remark("target", "tenant_message");
        return fields.Unread.Count == 0 ? alert : throw new CaseException($"an alert's '{fields.Unread[0]}' is not known");
    }

    private Facts Override(CaseInputs step)
    {
        var alerts = ((JsonArray)step.Required("alerts")).Select(alert => Alert((JsonObject)alert!, step)).ToList();
        var report = new HealthReport(step.TextOrNone("source") ?? "override", TimeSpan.Zero, [], [.. alerts]);
        _health = step.Text("mode") switch
        {
            "replace" => _health with { Replacing = report },
            "merge" => _health with { Merging = _health.Merging.SetItem(report.Source, report) },
            "remove" => _health with { Replacing = null, Merging = _health.Merging.Remove(report.Source) },
            var mode => throw new CaseException($"the mode '{mode}' is not known"),
        };
        return State();
    }

    private Facts State()
    {
        var merged = _health.Merged ?? throw new CaseException("nobody has reported anything");
        return new Facts
        {
            ["observed_at"] = merged.ObservedAt.TotalSeconds,
            ["successes"] = merged.Successes.Select(check => (object?)new object?[] { check.Id, check.Target }).ToArray(),
            ["alerts"] = merged.Alerts.Select(alert => (object?)new Facts
            {
                ["id"] = alert.Id,
                ["target"] = alert.Target,
                ["in_alert_since"] = alert.Since.TotalSeconds,
                ["message"] = alert.Message,
                ["classifications"] = alert.Classifications.Select(name => (object?)name).ToArray(),
            }).ToArray(),
            ["allocatable"] = _health.IsAllocatable,
            ["overrides"] = _health.Merging.Keys.OrderByDescending(name => name == MachineHealth.TenantReportedIssue).Select(name => (object?)name).ToArray(),
            ["auto_repair_again"] = _health.Merging.ContainsKey(MachineHealth.RepairRequest),
        };
    }
}
