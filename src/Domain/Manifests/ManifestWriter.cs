using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.Domain.Units;
using YamlDotNet.Serialization;

namespace ControlPlane.Domain.Manifests;

/// <summary>Writes objects so that <see cref="ManifestReader"/> reads the same objects back.</summary>
public static class ManifestWriter
{
    private static readonly ISerializer Yaml = new SerializerBuilder().WithQuotingNecessaryStrings().Build();

    /// <summary>The object as JSON; fields at their default are left out.</summary>
    public static JsonObject ToJson(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return new JsonObject
        {
            ["apiVersion"] = ManifestKinds.ApiVersion,
            ["kind"] = manifest.Kind,
            ["metadata"] = new JsonObject { ["name"] = manifest.Name },
            ["spec"] = Record(manifest.Spec),
        };
    }

    /// <summary>The object as one YAML document.</summary>
    public static string ToYaml(Manifest manifest) => Yaml.Serialize(Plain(ToJson(manifest))!);

    private static JsonObject Record(object record)
    {
        var written = new JsonObject();
        foreach (var (name, property) in ManifestFields.Of(record.GetType()))
        {
            var value = property.GetValue(record);
            if (value is not null && !IsDefault(value, property.PropertyType, record.GetType(), name))
                written[name] = Value(value);
        }
        return written;
    }

    private static bool IsDefault(object value, Type declared, Type owner, string name)
    {
        var property = ManifestFields.Of(owner)[name];
        if (ManifestFields.IsRequired(property))
            return false;
        if (value is System.Collections.ICollection { Count: 0 })
            return true;
        if (ManifestFields.ElementOf(declared) is not null)
            return false;
        return Equals(value, property.GetValue(Activator.CreateInstance(owner)));
    }

    private static JsonNode? Value(object value) => value switch
    {
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        Watts watts => (watts.Milliwatts / 1000m).ToString("0.###", CultureInfo.InvariantCulture) + "W",
        Celsius celsius => celsius.Value.ToString("R", CultureInfo.InvariantCulture) + "C",
        GigabitsPerSecond rate => rate.Megabits.ToString(CultureInfo.InvariantCulture) + "Mbps",
        Gibibytes memory => memory.Mebibytes.ToString(CultureInfo.InvariantCulture) + "MiB",
        TimeSpan duration => Durations.Format(duration),
        DateTimeOffset instant => Instants.Format(instant),
        Enum choice => ManifestFields.CamelCase(choice.ToString()),
        System.Collections.IDictionary named => new JsonObject(named.Keys.Cast<string>().Select(name => KeyValuePair.Create(name, Value(named[name]!)))),
        System.Collections.IEnumerable list => new JsonArray([.. list.Cast<object>().Select(Value)]),
        _ => Record(value),
    };

    private static object? Plain(JsonNode? node) => node switch
    {
        JsonObject fields => fields.ToDictionary(field => field.Key, field => Plain(field.Value)),
        JsonArray items => items.Select(Plain).ToList(),
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        JsonValue value when value.TryGetValue<long>(out var whole) => whole,
        JsonValue value when value.TryGetValue<int>(out var whole) => whole,
        JsonValue value when value.TryGetValue<double>(out var real) => real,
        _ => node?.GetValue<string>(),
    };
}
