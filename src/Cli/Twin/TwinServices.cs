using System.Text.Json;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Serving;

namespace ControlPlane.Cli.Twin;

/// <summary>Inference services of a run, each with its own model, replicas and trace of requests, as a JSON file states them.</summary>
internal static class TwinServices
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Reads the file; traces lie beside it.</summary>
    /// <exception cref="ArgumentException">Something in it cannot be used: the message names file, line and column, or the service and its field.</exception>
    public static IReadOnlyList<ServicePlan> Read(string file)
    {
        List<Stated> all;
        try
        {
            all = JsonSerializer.Deserialize<List<Stated>>(File.ReadAllText(file), Json) ?? throw new ArgumentException($"{file}: a list of services was expected.");
        }
        catch (JsonException fault)
        {
            throw new ArgumentException($"{file}:{(fault.LineNumber ?? 0) + 1}:{(fault.BytePositionInLine ?? 0) + 1}: is no list of services: {fault.Message}");
        }
        var traces = new Dictionary<string, IReadOnlyList<LlmRequest>>(StringComparer.Ordinal);
        return [.. all.Select((service, index) => Of(service, $"{file}: [{index}]", file, all, traces))];
    }

    private static ServicePlan Of(Stated service, string place, string file, List<Stated> all, Dictionary<string, IReadOnlyList<LlmRequest>> traces)
    {
        if (service.Name.Length == 0 || all.Count(other => other.Name == service.Name) > 1)
            throw new ArgumentException($"{place}.name: a name that no other service has was expected, not '{service.Name}'.");
        if (service.Replicas is < 1 or > 100_000 || !(service.Rate is > 0 and <= 1e6))
            throw new ArgumentException($"{place}: 1 to 100,000 replicas and a rate above 0 were expected.");
        if (service.Model is { } stated && (stated.Gpus is < 1 or > 64 || !(stated.ReadTokensPerSecond > 0) || !(stated.StepMilliseconds > 0) || !(stated.PerRequestMilliseconds >= 0) || stated.MostBatch is < 1 or > 1_000_000 || stated.Source.Length == 0))
            throw new ArgumentException($"{place}.model: 1 to 64 gpus, readTokensPerSecond and stepMilliseconds above 0, perRequestMilliseconds of 0 or more, a mostBatch of 1 or more and the source of the figures were expected.");
        var trace = Path.Combine(Path.GetDirectoryName(file) ?? "", service.Requests);
        if (!traces.TryGetValue(trace, out var requests))
            traces.Add(trace, requests = TraceFolder.Open(trace, LlmTrace.Read));
        var model = service.Model is { } own
            ? new ServingModel(own.Name, own.Gpus, own.ReadTokensPerSecond, own.StepMilliseconds / 1000, own.PerRequestMilliseconds / 1000, own.MostBatch, own.Source)
            : ServingModel.Llama70;
        return new ServicePlan(service.Name, service.Replicas, model, requests) { Rate = service.Rate };
    }

    // The model left out is the only one that is known by itself: Llama 2 70B on eight H200.
    private sealed record Stated(string Name, string Requests, int Replicas, double Rate = 1, Model? Model = null);

    private sealed record Model(string Name, int Gpus, double ReadTokensPerSecond, double StepMilliseconds, double PerRequestMilliseconds, int MostBatch, string Source);
}
