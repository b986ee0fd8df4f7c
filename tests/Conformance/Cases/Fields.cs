using System.Text.Json.Nodes;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>The fields of an expectation, remembering which were read: one that nobody reads is one nobody checks.</summary>
internal sealed class Fields(JsonObject content)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public string Text(string name) => Node(name)?.ToString() ?? throw Lacking(name);

    public string? TextOrNone(string name) => Node(name)?.ToString();

    public double Number(string name) => NumberOrNone(name) ?? throw Lacking(name);

    public double? NumberOrNone(string name) => Node(name)?.GetValue<double>();

    public IReadOnlyList<string> Texts(string name) => [.. List(name).Select(entry => entry!.ToString())];

    public IReadOnlyList<string> TextsOrNone(string name) => Node(name) is null ? [] : Texts(name);

    public IReadOnlyList<double> Numbers(string name) => [.. List(name).Select(entry => entry!.GetValue<double>())];

    public IReadOnlyList<JsonObject> Objects(string name) => [.. List(name).Select(entry => (JsonObject)entry!)];

    public IReadOnlyList<IReadOnlyList<string>> Lists(string name) => [.. List(name).Select(entry => ((JsonArray)entry!).Select(item => item!.ToString()).ToList())];

    /// <summary>Null when the field is there; it was taken account of elsewhere.</summary>
    public string? Has(string name) => Node(name) is null ? throw Lacking(name) : null;

    public IReadOnlyList<string> Unread(IEnumerable<string> remarks) => [.. content.Select(field => field.Key).Except(_read).Except(remarks)];

    private JsonArray List(string name) => Node(name) as JsonArray ?? throw Lacking(name);

    private JsonNode? Node(string name)
    {
        _read.Add(name);
        return content[name];
    }

    private CaseException Lacking(string name) => new($"expectation {content["type"]} lacks '{name}'");
}
