using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ControlPlane.Facility.Exchange;

/// <summary>The plain values that messages are made of, by the names that the tables use.</summary>
internal static partial class PlainShapes
{
    public static readonly Shape Text = new PlainShape("a text", IsText);
    public static readonly Shape Flag = new PlainShape("true or false", value => value.ValueKind is JsonValueKind.True or JsonValueKind.False);
    public static readonly Shape Integer = new PlainShape("a whole number", IsWhole);
    public static readonly Shape Number = new PlainShape("a number", value => value.ValueKind == JsonValueKind.Number);

    /// <summary>All of them.</summary>
    public static readonly ImmutableDictionary<string, Shape> ByName = new Dictionary<string, Shape>(StringComparer.Ordinal)
    {
        ["text"] = Text,
        ["flag"] = Flag,
        ["integer"] = Integer,
        ["number"] = Number,
        ["count"] = new PlainShape("a whole number from 0", value => IsWhole(value) && value.GetDouble() >= 0),
        ["ordinal"] = new PlainShape("a whole number from 1", value => IsWhole(value) && value.GetDouble() >= 1),
        ["amount"] = new PlainShape("a number from 0", value => value.ValueKind == JsonValueKind.Number && value.GetDouble() >= 0),
        ["instant"] = new PlainShape("an instant with its offset, such as 2026-10-05T12:00:00Z", value => IsText(value) && IsInstant(value.GetString()!)),
        ["uuid"] = new PlainShape("a UUID", value => IsText(value) && Guid.TryParseExact(value.GetString(), "D", out _)),
        ["source"] = new PlainShape("a source such as //grid/v1/isv/NAME", value => IsText(value) && Source().IsMatch(value.GetString()!)),
        ["traceparent"] = new PlainShape("a W3C trace parent", value => IsText(value) && TraceParent().IsMatch(value.GetString()!)),
        ["signed"] = new PlainShape("a signed text of three parts", value => IsText(value) && Signed().IsMatch(value.GetString()!)),
    }.ToImmutableDictionary(StringComparer.Ordinal);

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    // 1.0 is as whole as 1.
    private static bool IsWhole(JsonElement value) => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble());

    private static bool IsInstant(string text) =>
        Instant().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Instant();

    [GeneratedRegex(@"^//grid/v1/(isv|dsx-flex-agent|infra)/[^/]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Source();

    [GeneratedRegex(@"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TraceParent();

    [GeneratedRegex(@"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Signed();
}
