using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Conformance.Tests.Physics;
using ControlPlane.Facility.Health;
using ControlPlane.Facility.Leaks;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>Leak detectors of a rack, and requests to isolate it.</summary>
internal sealed class LeakRun : IFacilityRun
{
    private readonly string _integration;
    private readonly string _place;
    private readonly List<(PointTopic Topic, string? Integration)> _metadata;
    private RackLeaks _leaks;
    private IReadOnlyList<(PointTopic Topic, PointValue Value)> _published = [];

    public LeakRun(CaseInputs given)
    {
        // Topics name a rack by the last part of its name.
        _place = given.Text("rack").Split('-')[^1];
        _integration = given.Text("integration");
        _leaks = new RackLeaks(given.Count("threshold_leaking_trays"));
        _metadata = [.. ((JsonArray)given.Required("metadata")).Select(node => (PointTopic.Parse(node!["topic"]!.ToString()), node["integration"]?.ToString()))];
    }

    public Facts Do(string operation, CaseInputs step) => operation switch
    {
        "value" => Value(step),
        "tray_leaks" => Trays(step),
        "expect_within" => Within(step),
        _ => throw new CaseException($"the operation '{operation}' is not known"),
    };

    private Facts Value(CaseInputs step)
    {
        var topic = PointTopic.Parse(step.Text("topic"));
        var payload = new CaseInputs(step.CaseId, (JsonObject)step.Required("payload"), [], step.Folder);
        var value = new PointValue(payload.Plain("value"), payload.Count("quality"));
        payload.Remark("timestamp");
        if (payload.Unread.Count > 0)
            throw new CaseException($"a payload's '{payload.Unread[0]}' is not known");
        _leaks = _leaks.Observe(topic, value);
        var alerts = _leaks.Alerts;
        var own = alerts.FirstOrDefault(alert => alert.Id == topic.PointType && alert.Target == topic.Point);
        return new Facts
        {
            ["alert"] = own is not null,
            ["point"] = value.IsTrusted ? "trusted" : "untrusted",
            ["classifications"] = InAnyOrder(own),
            ["new_placement_on_rack"] = _leaks.TakesPlacements,
            ["active_alerts"] = alerts.Count,
            ["leak_alert_still_active"] = alerts.Any(alert => alert.Classifications.Contains(HealthAlert.PreventAllocations)),
        };
    }

    // The order that the case's list has: names first, then what they are about.
    private static object?[] InAnyOrder(HealthAlert? alert)
    {
        string[] order = [HealthAlert.PreventAllocations, "SensorCritical", "SensorFailure", "Hardware"];
        return alert is null ? [] : [.. alert.Classifications.OrderBy(name => Array.IndexOf(order, name))];
    }

    private Facts Trays(CaseInputs step)
    {
        _leaks = _leaks.WithLeakingTrays(step.Count("count"));
        _published = _leaks.IsolationRequests(_integration, _place, _metadata);
        return new Facts
        {
            ["shutdown"] = Enumerable.Repeat<object?>("leaking tray", _leaks.LeakingTrays).ToArray(),
            ["isolation_requested"] = _leaks.CallsForIsolation,
            ["publish"] = _published.Select(one => (object?)new Facts { ["topic"] = one.Topic.ToString(), ["value"] = one.Value.Value, ["quality"] = one.Value.Quality }).ToArray(),
            ["not_published"] = (InWords)(filter => _published.Any(one => Covers(filter, one.Topic.ToString())) ? $"something is published under {filter}" : null),
        };
    }

    private Facts Within(CaseInputs step)
    {
        var limit = TimeSpan.FromSeconds(step.Plain("seconds"));
        return new Facts
        {
            ["republish_unchanged"] = _published.Count > 0 && RackLeaks.RepublishEvery <= limit,
            ["payload_fields"] = new object?[] { "value", "timestamp(ms, integer)", "quality(integer)" },
        };
    }

    // MQTT: + is one level, # is all that follow.
    private static bool Covers(string filter, string topic)
    {
        var (levels, parts) = (filter.Split('/'), topic.Split('/'));
        for (var i = 0; i < levels.Length; i++)
        {
            if (levels[i] == "#")
                return true;
            if (i >= parts.Length || (levels[i] != "+" && levels[i] != parts[i]))
                return false;
        }
        return levels.Length == parts.Length;
    }
}
