using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;

namespace ControlPlane.Facility.Exchange;

/// <summary>
/// Shapes written as a table. A text names a plain value or another entry, with <c>or null</c> behind it where that is
/// allowed; <c>has</c> lists fields (those that may be absent end with a question mark), <c>with</c> adds another entry's;
/// <c>list</c>, <c>map</c>, <c>words</c>, <c>keys</c>, <c>tag</c> with <c>cases</c> and <c>either</c> are the rest.
/// </summary>
internal sealed class ShapeTable
{
    private const string OrNull = " or null";
    private readonly JsonElement _entries;
    private readonly Dictionary<string, Shape> _read = new(StringComparer.Ordinal);

    private ShapeTable(JsonElement entries) => _entries = entries;

    /// <summary>Reads a table that ships with the product.</summary>
    public static ShapeTable Embedded(string name)
    {
        using var stream = typeof(ShapeTable).Assembly.GetManifestResourceStream(name)!;
        using var document = JsonDocument.Parse(stream);
        var table = new ShapeTable(document.RootElement.Clone());
        foreach (var entry in table._entries.EnumerateObject())
            table.Named(entry.Name);
        return table;
    }

    /// <summary>An entry of the table, or a plain value.</summary>
    public Shape Named(string name)
    {
        if (name.EndsWith(OrNull, StringComparison.Ordinal))
            return new OrNullShape(Named(name[..^OrNull.Length]));
        if (PlainShapes.ByName.TryGetValue(name, out var plain))
            return plain;
        if (!_read.TryGetValue(name, out var shape))
            _read[name] = shape = Read(_entries.GetProperty(name));
        return shape;
    }

    private Shape Read(JsonElement written)
    {
        if (written.ValueKind == JsonValueKind.String)
            return Named(written.GetString()!);
        if (written.TryGetProperty("has", out var fields))
            return new ObjectShape([.. Inherited(written), .. Fields(fields)]);
        if (written.TryGetProperty("list", out var item))
            return new ListShape(Read(item), written.TryGetProperty("atLeast", out var least) ? least.GetInt32() : 0);
        if (written.TryGetProperty("map", out var value))
            return new MapShape(Read(value));
        if (written.TryGetProperty("tag", out var tag))
            return new TaggedShape(tag.GetString()!, Cases(written.GetProperty("cases")));
        if (written.TryGetProperty("either", out var either))
            return new TextOrShape(Read(either[0]), Read(either[1]));
        if (written.TryGetProperty("orNull", out var or))
            return new OrNullShape(Read(or));
        return Words(written);
    }

    private ImmutableArray<ShapeField> Inherited(JsonElement written) =>
        written.TryGetProperty("with", out var other) ? ((ObjectShape)Named(other.GetString()!)).Fields : [];

    private IEnumerable<ShapeField> Fields(JsonElement fields) =>
        fields.EnumerateObject().Select(field => new ShapeField(field.Name.TrimEnd('?'), Read(field.Value), !field.Name.EndsWith('?')));

    private ImmutableSortedDictionary<string, ObjectShape> Cases(JsonElement cases) =>
        cases.EnumerateObject().ToImmutableSortedDictionary(one => one.Name, one => new ObjectShape([.. Fields(one.Value)]), StringComparer.Ordinal);

    private WordShape Words(JsonElement written)
    {
        var hasWords = written.TryGetProperty("words", out var words);
        var hasKeys = written.TryGetProperty("keys", out var keys);
        if (!hasWords && !hasKeys)
            throw new UnreachableException($"The table says {written.GetRawText()}, which is no shape.");
        return new WordShape(
            hasWords ? [.. words.EnumerateArray().Select(word => word.GetString()!)] : [],
            (hasKeys ? keys.EnumerateObject().ToList() : []).ToImmutableSortedDictionary(key => key.Name, key => Read(key.Value), StringComparer.Ordinal));
    }
}
