using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Conformance.Tests.Physics;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Caps;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>A feed's meter against its target.</summary>
internal sealed class BreachRun : IFacilityRun
{
    // The case names no groups: any two that can give something up will do.
    private static readonly PriorityGroup[] Groups =
        [new("prod", 0, Watts.FromKilowatts(6000), Watts.FromKilowatts(4000)), new("batch", 10, Watts.FromKilowatts(1500), Watts.FromKilowatts(500))];

    private BreachWatch _watch;
    private BreachAlert? _last;
    private int _found;
    private TimeSpan _now;

    public BreachRun(CaseInputs given)
    {
        given.Remark("feed", "correlation_id");
        _watch = new BreachWatch(given.Watts("target"), given.Plain("warning_threshold_pct") / 100, given.Plain("critical_pct") / 100);
    }

    public Facts Do(string operation, CaseInputs step)
    {
        _now += TimeSpan.FromMinutes(1);
        return operation switch
        {
            "" or "measure" => Measure(step),
            "enforcement" => Enforced(step),
            "enforcement_revert" => Echo("reverted"),
            _ => throw new CaseException($"the operation '{operation}' is not known"),
        };
    }

    private Facts Measure(CaseInputs step)
    {
        if (step.QuantityOrNone("t") is { } seconds)
            _now = TimeSpan.FromSeconds(seconds);
        (_watch, var alert) = _watch.Observe(step.Watts("measured"), _now, $"B{_found + 1}");
        if (alert is null)
            return new Facts { ["alert"] = null, ["breach_id"] = _watch.Open?.BreachId };
        if (alert.Status == BreachStatus.Active)
            _found++;
        var facts = AlertFacts(alert, _last, BreachResponse.For(alert, _watch.Target, Groups));
        _last = alert;
        return new Facts { ["alert"] = facts, ["breach_id"] = alert.BreachId };
    }

    private static Facts AlertFacts(BreachAlert alert, BreachAlert? before, BreachResponse response)
    {
        var isOver = alert.Status == BreachStatus.Resolved;
        var isOrdered = response.Hints.Select(hint => hint.Priority).SequenceEqual(Enumerable.Range(1, response.Hints.Count));
        var isRising = response.Actions.Count > 0 && response.Actions.SequenceEqual(response.Actions.Order());
        return new Facts
        {
            ["status"] = Lower(alert.Status),
            ["severity"] = Lower(alert.Severity),
            ["breach_id"] = (InWords)(words => words == alert.BreachId || words == $"{alert.BreachId} != {before?.BreachId}" ? null : $"it is {alert.BreachId}"),
            ["detected_at"] = Words("unchanged", before is null || alert.DetectedAt == before.DetectedAt),
            ["resolved_at"] = isOver ? Words("set", alert.ResolvedAt is not null) : null,
            ["shed_hints"] = isOver ? Words("absent", response.Hints.Count == 0) : Words("ordered, priority 1 first", isOrdered && response.Hints.Count > 0),
            ["infrastructure_actions"] = isOver ? response.Actions.Select(action => (object?)action.ToString()).ToArray() : Words("least to most disruptive", isRising),
        };
    }

    private Facts Enforced(CaseInputs step)
    {
        var results = ((JsonArray)step.Required("results")).Select(result => result!.ToString()).ToList();
        var facts = Echo("applied");
        facts["code"] = Enforcement.Code(results);
        return facts;
    }

    // Enforcement names the breach that asked for it.
    private Facts Echo(string action) => new()
    {
        ["breach_id"] = _last?.BreachId,
        ["action"] = action,
        ["code"] = "success",
    };

    private static InWords Words(string known, bool isSo) => words => words == known && isSo ? null : $"'{words}' is not what is known";

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
