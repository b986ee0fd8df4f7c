using System.Text.Json.Nodes;
using ControlPlane.Scheduling;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>The numbers and names in a job's reasons, as the cases name them.</summary>
internal sealed class ReasonFacts(CaseRun run, string job)
{
    /// <summary>A fact or a name that the reasons lack, or null.</summary>
    public string? Missing(IReadOnlyList<JsonObject> facts, IReadOnlyList<string> names)
    {
        var known = run.ReasonsOf(run.Known(job)).SelectMany(FactsOf).ToList();
        foreach (var fact in facts)
        {
            if (!known.Exists(one => Holds(one, fact)))
                return $"{fact.ToJsonString()} is not among {string.Join(", ", known.Select(one => one.ToJsonString()))}";
        }
        return names.Where(name => !run.TextOf(job).Contains(name, StringComparison.OrdinalIgnoreCase))
            .Select(name => $"'{name}' is not in: {run.TextOf(job)}").FirstOrDefault();
    }

    private static bool Holds(JsonObject known, JsonObject wanted) =>
        wanted.All(field => known.TryGetPropertyValue(field.Key, out var value) && Equal(value, field.Value));

    private static bool Equal(JsonNode? one, JsonNode? other) =>
        one is JsonObject fields && other is JsonObject wanted ? Holds(fields, wanted)
        : one is JsonValue left && other is JsonValue right && left.TryGetValue<double>(out var number) && right.TryGetValue<double>(out var asked) ? Math.Abs(number - asked) < 1e-6
        : one?.ToString() == other?.ToString();

    private IEnumerable<JsonObject> FactsOf(Reason reason)
    {
        foreach (var domain in reason.Domains)
        {
            yield return new JsonObject
            {
                ["domain"] = run.Hall.DomainName(reason.Subject, domain.Domain),
                ["level"] = run.Hall.LevelName(reason.Subject),
                ["placeable"] = (double)domain.Room,
                ["needed"] = (double)domain.Needed,
            };
        }
        switch (reason.Code)
        {
            case ReasonCode.SliceShort:
                yield return new JsonObject { ["level"] = run.Hall.LevelName(reason.Subject), ["slices_fit"] = reason.Available, ["slices_needed"] = reason.Needed };
                break;
            case ReasonCode.PowerShort:
                yield return new JsonObject { ["layer"] = reason.Subject, ["headroom"] = reason.Available, ["needed"] = reason.Needed };
                break;
            case ReasonCode.QueueLimit or ReasonCode.OverQuota:
                yield return new JsonObject { ["queue"] = reason.Subject, ["headroom"] = reason.Available, ["needed"] = reason.Needed };
                break;
            case ReasonCode.NoReplacement:
                yield return new JsonObject { ["nodes_total"] = (double)reason.NodesLookedAt, ["excluded"] = Excluded(reason) };
                break;
            default:
                yield return new JsonObject { ["subject"] = reason.Subject, ["available"] = reason.Available, ["needed"] = reason.Needed };
                break;
        }
    }

    private static JsonObject Excluded(Reason reason)
    {
        var counts = new JsonObject();
        foreach (var excluded in reason.Excluded)
        {
            var name = excluded.Cause switch
            {
                ReasonCode.TopologyShort => "topology_domain",
                ReasonCode.GpusShort => "gpus",
                ReasonCode.CpuShort => "cpu",
                ReasonCode.MemoryShort => "memory",
                ReasonCode.NoSuchModel => "model",
                ReasonCode.NodesUnavailable => "not_ready",
                ReasonCode.PowerShort => "power",
                var other => other.ToString(),
            };
            counts[name] = (double)excluded.Nodes;
        }
        return counts;
    }
}
