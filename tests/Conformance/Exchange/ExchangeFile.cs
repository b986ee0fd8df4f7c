using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Facility.Exchange;

namespace ControlPlane.Conformance.Tests.Exchange;

/// <summary>A file of labelled messages: each names the schema it was judged by, and whether it is valid.</summary>
internal static class ExchangeFile
{
    private const string Points = "bms/metadata/";

    private static readonly Dictionary<string, MessageKind> Whole = new(StringComparer.Ordinal)
    {
        ["bms/Value.json"] = MessageKind.PointValue,
        ["flex/LoadTargetSetEvent.json"] = MessageKind.LoadTargets,
        ["flex/PowerStateStatusEvent.json"] = MessageKind.PowerState,
        ["flex/PowerBreachAlertEvent.json"] = MessageKind.Breach,
        ["flex/PowerBreachEnforcementEvent.json"] = MessageKind.Enforcement,
        ["nico/ManagedHostStateChange.json"] = MessageKind.MachineState,
    };

    private static readonly Dictionary<string, MessageKind> Contents = new(StringComparer.Ordinal)
    {
        ["flex/SetLoadTargetData.json"] = MessageKind.LoadTargets,
        ["flex/PowerStateStatusData.json"] = MessageKind.PowerState,
        ["flex/PowerBreachAlertData.json"] = MessageKind.Breach,
        ["flex/PowerBreachEnforcementData.json"] = MessageKind.Enforcement,
    };

    /// <summary>Judges every message.</summary>
    /// <exception cref="CaseException">The file is not of a form that is known.</exception>
    public static IReadOnlyList<CaseOutcome> Run(JsonArray cases) =>
        [.. cases.Select((node, index) => Outcome(node as JsonObject ?? throw new CaseException($"message {index + 1} is not an object"), index))];

    private static CaseOutcome Outcome(JsonObject stated, int index)
    {
        var schema = stated["schema"]?.ToString() ?? throw new CaseException($"message {index + 1} names no schema");
        var isValid = stated["valid"]?.GetValue<bool>() ?? throw new CaseException($"message {index + 1} is not labelled");
        var fault = FaultOf(schema, JsonSerializer.SerializeToElement(stated["payload"]));
        var name = $"{index + 1:0000} {schema} {(isValid ? "is understood" : $"is refused{(fault is null ? "" : $": {fault}")}")}";
        return new CaseOutcome(name, isValid == fault is null ? [] : [fault is null ? "it was taken for valid" : $"it was refused: {fault}"]);
    }

    /// <summary>What is wrong with a payload, by the name of its schema.</summary>
    public static MessageFault? FaultOf(string schema, JsonElement payload)
    {
        if (Whole.TryGetValue(schema, out var kind))
            return MessageRules.FaultOf(kind, payload);
        if (Contents.TryGetValue(schema, out kind))
            return MessageRules.ContentFault(kind, payload);
        return schema.StartsWith(Points, StringComparison.Ordinal) && schema[Points.Length..].Split('.') is [var objectType, var pointType, "json"]
            ? MessageRules.PointFault(objectType, pointType, payload)
            : throw new CaseException($"the schema '{schema}' is not known");
    }
}
