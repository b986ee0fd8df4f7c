using System.Reflection;
using System.Text.Json.Nodes;
using ControlPlane.Domain.Units;

namespace ControlPlane.Domain.Manifests;

/// <summary>The JSON Schema (2020-12) of every manifest kind, made from the same declarations that the reader obeys.</summary>
public static class ManifestSchema
{
    private const string QuantityPrefix = @"^-?\d+(\.\d+)? ?";

    /// <summary>One schema that accepts an object of any kind.</summary>
    public static JsonObject Build() => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["$id"] = "urn:factory:v1",
        ["title"] = "AI factory manifest",
        ["$defs"] = new JsonObject { ["programStep"] = Record(typeof(ProgramStepSpec)) }, // By name, because steps hold steps.
        ["oneOf"] = new JsonArray([.. ManifestKinds.All.Select(kind => (JsonNode)Kind(kind.Key, kind.Value))]),
    };

    private static JsonObject Kind(string kind, Type type) => new()
    {
        ["title"] = kind,
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray("apiVersion", "kind", "metadata", "spec"),
        ["properties"] = new JsonObject
        {
            ["apiVersion"] = new JsonObject { ["const"] = ManifestKinds.ApiVersion },
            ["kind"] = new JsonObject { ["const"] = kind },
            ["metadata"] = new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["required"] = new JsonArray("name"),
                ["properties"] = new JsonObject { ["name"] = Pattern(Names.Pattern) },
            },
            ["spec"] = Record(type),
        },
    };

    private static JsonObject Record(Type type)
    {
        var fields = ManifestFields.Of(type);
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        if (type.GetCustomAttribute<MeaningAttribute>() is { } meaning)
            schema["description"] = meaning.Text;
        var required = fields.Where(field => ManifestFields.IsRequired(field.Value)).Select(field => (JsonNode)field.Key).ToArray();
        if (required.Length > 0)
            schema["required"] = new JsonArray(required);
        schema["properties"] = new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Field(field.Value))));
        return schema;
    }

    private static JsonObject Field(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var schema = Typed(type);
        if (property.GetCustomAttribute<OneOfAttribute>() is { } choice)
            schema["enum"] = new JsonArray([.. choice.Values.Select(value => (JsonNode)value)]);
        if (property.GetCustomAttribute<RefersToAttribute>() is not null)
            schema["pattern"] = Names.Pattern;
        var isNumber = type == typeof(int) || type == typeof(long) || type == typeof(double);
        if (isNumber && property.GetCustomAttribute<BetweenAttribute>() is { } range)
        {
            schema["minimum"] = range.Minimum;
            schema["maximum"] = range.Maximum;
        }
        if (property.GetCustomAttribute<MeaningAttribute>() is { } meaning)
            schema["description"] = meaning.Text;
        return schema;
    }

    private static JsonObject Typed(Type type)
    {
        if (type == typeof(Watts)) return Pattern(QuantityPrefix + "(mW|W|kW|MW)$");
        if (type == typeof(Celsius)) return Pattern(QuantityPrefix + "(C|°C)$");
        if (type == typeof(GigabitsPerSecond)) return Pattern(QuantityPrefix + "(Mbps|Gbps|Tbps)$");
        if (type == typeof(Gibibytes)) return Pattern(QuantityPrefix + "(MiB|GiB|TiB)$");
        if (type == typeof(TimeSpan)) return Pattern(Durations.Pattern);
        if (type == typeof(DateTimeOffset)) return Pattern(Instants.Pattern);
        if (type == typeof(bool)) return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(int) || type == typeof(long)) return new JsonObject { ["type"] = "integer" };
        if (type == typeof(double)) return new JsonObject { ["type"] = "number" };
        if (type == typeof(string)) return new JsonObject { ["type"] = "string", ["minLength"] = 1 };
        if (type.IsEnum)
            return new JsonObject { ["enum"] = new JsonArray([.. ManifestFields.EnumNames(type).Select(name => (JsonNode)name)]) };
        if (ManifestFields.ElementOf(type) is { } element)
            return new JsonObject { ["type"] = "array", ["items"] = Typed(element) };
        if (ManifestFields.NamedOf(type) is { } named)
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Typed(named) };
        return type == typeof(ProgramStepSpec) ? new JsonObject { ["$ref"] = "#/$defs/programStep" } : Record(type);
    }

    private static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };
}
