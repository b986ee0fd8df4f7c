using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace ControlPlane.Host.Tests;

/// <summary>The published schemas of the exchange, which are not part of this tree.</summary>
internal static class ExchangeSchemas
{
    /// <summary>The folder, or null when it is absent.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>What is wrong with a message by the published schema of its topic; empty when nothing is, or there is none to ask.</summary>
    public static string FaultsOf(string topic, JsonNode payload)
    {
        if (Folder is null)
            return "";
        var name = topic.Contains("/Value/", StringComparison.Ordinal) ? "bms/Value.json"
            : topic.EndsWith("/powerstate/status", StringComparison.Ordinal) ? "flex/PowerStateStatusEvent.json" : "flex/PowerBreachAlertEvent.json";
        var schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(Folder, "jsonschema", name)));
        var result = schema.Evaluate(JsonSerializer.SerializeToElement(payload), new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        return result.IsValid ? "" : $"{topic}: {JsonSerializer.Serialize(result)} in {payload.ToJsonString()}";
    }

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("FACTORY_SHARED");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(named ?? Path.Combine(folder.FullName, "shared"), "data", "dsx-exchange");
            if (Directory.Exists(candidate))
                return candidate;
        }
        return null;
    }
}
