using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Domain.Units;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>Compares what a case expects with what a run says.</summary>
internal static class FactComparison
{
    /// <summary>What is wrong with every field that is expected.</summary>
    public static IEnumerable<string> Failures(string path, JsonObject expected, Facts facts, double scale = 1)
    {
        foreach (var (name, value) in expected)
        {
            var full = path.Length == 0 ? name : $"{path}.{name}";
            if (!facts.Find(name, out var actual))
            {
                yield return $"the expectation '{full}' is not known";
                continue;
            }
            foreach (var failure in Failures(full, value, actual, Scale(name) ?? scale))
                yield return failure;
        }
    }

    private static IEnumerable<string> Failures(string path, JsonNode? expected, object? actual, double scale)
    {
        switch (expected, actual)
        {
            case (null, null):
                return [];
            case (JsonObject fields, Facts facts):
                return Failures(path, fields, facts, scale);
            case (JsonArray list, IEnumerable<object?> items):
                return List(path, list, [.. items], scale);
            case (JsonArray words, InWords judge):
                return words.Select(word => judge(word?.ToString() ?? "")).OfType<string>().Select(failure => $"{path}: {failure}");
            case (JsonValue words, InWords judge) when words.GetValueKind() == JsonValueKind.String:
                return judge(words.ToString()) is { } failure ? [$"{path}: {failure}"] : [];
            case (JsonValue value, not null) when Matches(value, actual, scale):
                return [];
            default:
                return [$"{path}: expected {expected?.ToJsonString() ?? "null"}, got {Text(actual)}"];
        }
    }

    private static IEnumerable<string> List(string path, JsonArray expected, object?[] actual, double scale) => expected.Count == actual.Length
        ? expected.SelectMany((item, i) => Failures($"{path}[{i}]", item, actual[i], scale))
        : [$"{path}: expected {expected.ToJsonString()}, got {actual.Length} entries: {string.Join(", ", actual.Select(Text))}"];

    private static bool Matches(JsonValue expected, object actual, double scale) => (expected.GetValueKind(), actual) switch
    {
        (JsonValueKind.Number, Watts watts) => Near(expected.GetValue<double>(), watts.Value / scale),
        (JsonValueKind.Number, double number) => Near(expected.GetValue<double>(), number),
        (JsonValueKind.Number, int number) => expected.GetValue<double>() == number,
        (JsonValueKind.True or JsonValueKind.False, bool truth) => truth == (expected.GetValueKind() == JsonValueKind.True),
        (JsonValueKind.String, string text) => expected.ToString() == text,
        (JsonValueKind.String, bool) => expected.ToString().StartsWith("either", StringComparison.Ordinal),
        _ => false,
    };

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) <= 1e-9 * Math.Max(1, Math.Abs(expected));

    // Watts unless a name, or one around it, says megawatts.
    private static double? Scale(string name) => name.EndsWith("_mw", StringComparison.Ordinal) ? 1e6 : null;

    private static string Text(object? value) => value switch
    {
        null => "nothing",
        Facts facts => $"{{{string.Join(", ", facts.Select(fact => $"{fact.Key}: {Text(fact.Value)}"))}}}",
        IEnumerable<object?> items => $"[{string.Join(", ", items.Select(Text))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
