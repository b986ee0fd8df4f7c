using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>
/// Compares what was computed with what a case expects. Numbers of the files have nine significant digits, so that many
/// are compared: a stated tolerance may be smaller than what the digits left out.
/// </summary>
internal sealed class Comparison
{
    private const int Digits = 9;

    // JSON has no number for what never ends.
    private static readonly string[] Endless = ["inf", "infinity", "never", "continuous", "none", "unlimited"];

    private readonly Func<double, double> _allowed;

    public Comparison(JsonNode? tolerance)
    {
        var stated = tolerance as JsonObject ?? throw new CaseException("the case has no tolerance");
        var unknown = stated.Select(field => field.Key).Except(["type", "value", "unit"]).ToList();
        if (unknown.Count > 0)
            throw new CaseException($"the tolerance's '{unknown[0]}' is not known");
        var value = stated["value"] is { } node ? CaseInputs.Number(node, "tolerance") : 0;
        _allowed = stated["type"]?.ToString() switch
        {
            "relative" => expected => value * Math.Abs(expected),
            "absolute" => _ => value,
            "exact" => _ => 0,
            var type => throw new CaseException($"the tolerance '{type}' is not known"),
        };
    }

    /// <summary>What is wrong, or null.</summary>
    public string? FailureOf(string name, JsonNode? expected, object? actual) => expected switch
    {
        null => actual is null or double.PositiveInfinity ? null : $"{name}: nothing is expected, got {Text(actual)}",
        JsonArray list => ListFailure(name, list, actual),
        JsonObject fields => FieldsFailure(name, fields, actual),
        _ => actual switch
        {
            double number => NumberFailure(name, expected, number),
            int number => NumberFailure(name, expected, number),
            bool truth => expected.GetValueKind() == (truth ? System.Text.Json.JsonValueKind.True : System.Text.Json.JsonValueKind.False) ? null : Differs(name, expected, actual),
            string text => expected.ToString() == text ? null : Differs(name, expected, actual),
            _ => Differs(name, expected, actual),
        },
    };

    private string? NumberFailure(string name, JsonNode expected, double actual)
    {
        if (expected is not JsonValue value || !value.TryGetValue<double>(out var wanted))
            return double.IsPositiveInfinity(actual) && Endless.Contains(expected.ToString(), StringComparer.OrdinalIgnoreCase) ? null : Differs(name, expected, actual);
        var rounded = double.IsFinite(actual) ? double.Parse(actual.ToString($"G{Digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : actual;
        // A hair more than allowed: 0.1 + 0.2 differs from 0.3.
        return Math.Abs(rounded - wanted) <= _allowed(wanted) * (1 + 1e-9) ? null : Differs(name, expected, actual);
    }

    private string? ListFailure(string name, JsonArray expected, object? actual)
    {
        object?[] items = actual switch
        {
            IReadOnlyList<double> numbers => [.. numbers.Cast<object>()],
            IReadOnlyList<IReadOnlyList<double>> rows => [.. rows],
            IReadOnlyList<string> texts => [.. texts],
            _ => [],
        };
        if (items.Length != expected.Count)
            return Differs(name, expected, actual);
        return items.Select((item, i) => FailureOf($"{name}[{i}]", expected[i], item)).FirstOrDefault(failure => failure is not null);
    }

    private string? FieldsFailure(string name, JsonObject expected, object? actual) => actual is IReadOnlyDictionary<string, double> numbers
        ? expected.Select(field => numbers.TryGetValue(field.Key, out var number)
            ? FailureOf($"{name}.{field.Key}", field.Value, number)
            : $"{name}.{field.Key} is not known").FirstOrDefault(failure => failure is not null)
        : Differs(name, expected, actual);

    private static string Differs(string name, JsonNode expected, object? actual) => $"{name}: expected {expected.ToJsonString()}, got {Text(actual)}";

    private static string Text(object? value) => value switch
    {
        null => "nothing",
        double number => number.ToString("G12", CultureInfo.InvariantCulture),
        IReadOnlyList<double> numbers => $"[{string.Join(", ", numbers.Select(number => Text(number)))}]",
        IReadOnlyList<IReadOnlyList<double>> rows => $"[{string.Join(", ", rows.Select(row => Text(row)))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
