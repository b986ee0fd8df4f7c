using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ControlPlane.Conformance.Tests.Cases;

#pragma warning disable CA1812 // Made by the JSON reader.

/// <summary>A case, or part of one, that this program cannot express. That is a failure, not a skip.</summary>
public class CaseException(string message) : Exception(message);

/// <summary>What came of one case or variant.</summary>
public sealed record CaseOutcome(string Name, IReadOnlyList<string> Failures);

/// <summary>A case as its file states it.</summary>
internal sealed record SchedulingCase
{
    public required string Id { get; init; }
    public bool Core { get; init; }
    public IReadOnlyList<string> Themes { get; init; } = [];
    public string Title { get; init; } = "";
    public JsonNode? Provenance { get; init; }
    public string? Why { get; init; }
    public string? Note { get; init; }
    public required IReadOnlyList<string> Levels { get; init; }
    public required IReadOnlyList<CaseNode> Fleet { get; init; }
    public IReadOnlyList<CaseLayer> PowerLayers { get; init; } = [];
    public required IReadOnlyList<CaseQueue> Queues { get; init; }
    public IReadOnlyList<CaseJob> Running { get; init; } = [];
    public IReadOnlyList<CaseJob> Pending { get; init; } = [];
    public IReadOnlyList<JsonObject> Expect { get; init; } = [];
}

/// <summary>A variant of a case: edits or swapped sections, and its own expectations.</summary>
internal sealed record CaseVariant
{
    public required string Name { get; init; }
    public string? Note { get; init; }
    public bool AddedByUs { get; init; }
    public JsonObject? Change { get; init; }
    public JsonObject? Replace { get; init; }
    public required JsonArray Expect { get; init; }
}

internal sealed record CaseNode
{
    public required string Id { get; init; }
    public required int Gpus { get; init; }
    public IReadOnlyDictionary<string, string> Domains { get; init; } = new Dictionary<string, string>();
    public string State { get; init; } = "ready";
}

internal sealed record CaseLayer
{
    public required string Id { get; init; }
    public required string Level { get; init; }
    public required double Limit { get; init; }
    public double Base { get; init; }
}

internal sealed record CaseQueue
{
    public required string Id { get; init; }
    public string? Parent { get; init; }
    public double? QuotaGpus { get; init; }
    public double? LimitGpus { get; init; }
    public double OverQuotaWeight { get; init; } = 1;
}

internal sealed record CaseJob
{
    public required string Id { get; init; }
    public required string Queue { get; init; }
    public int Priority { get; init; } = 50;
    public bool Preemptible { get; init; } = true;
    public int? MinPods { get; init; }
    public required IReadOnlyList<CasePod> Pods { get; init; }
    public CaseTopology? Topology { get; init; }
    public double? PowerPerPod { get; init; }
}

internal sealed record CasePod
{
    public required double Gpus { get; init; }
    public string? Node { get; init; }
    public int PodPriority { get; init; }
}

internal sealed record CaseTopology
{
    public string? Required { get; init; }
    public string? Preferred { get; init; }
    public IReadOnlyList<CaseSlice> Slices { get; init; } = [];
}

internal sealed record CaseSlice
{
    public required string Level { get; init; }
    public required int Size { get; init; }
}

/// <summary>Reads parts of a case; a field that is not known is an error.</summary>
internal static class CaseJson
{
    public static JsonSerializerOptions Strict { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static T Read<T>(JsonNode node)
    {
        try
        {
            return node.Deserialize<T>(Strict) ?? throw new CaseException("a part of the case is null");
        }
        catch (JsonException fault)
        {
            throw new CaseException(fault.Message);
        }
    }
}
