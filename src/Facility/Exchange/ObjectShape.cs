using System.Collections.Immutable;
using System.Text.Json;

namespace ControlPlane.Facility.Exchange;

/// <summary>A field of an object.</summary>
internal sealed record ShapeField(string Name, Shape Shape, bool IsRequired);

/// <summary>An object with named fields; others are let through unless it is closed.</summary>
internal sealed record ObjectShape(ImmutableArray<ShapeField> Fields, bool IsClosed = false) : Shape
{
    public override MessageFault? FaultOf(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return new MessageFault(path, $"{Shown(value)} is not an object");
        if (IsClosed && value.EnumerateObject().FirstOrDefault(given => Fields.All(field => field.Name != given.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            return new MessageFault(Under(path, unknown.Name), "is not a field of this message");
        foreach (var field in Fields)
        {
            if (!value.TryGetProperty(field.Name, out var given))
            {
                if (field.IsRequired)
                    return new MessageFault(Under(path, field.Name), "is missing");
                continue;
            }
            if (field.Shape.FaultOf(given, Under(path, field.Name)) is { } fault)
                return fault;
        }
        return null;
    }
}

/// <summary>One of several objects, told apart by what a field says.</summary>
internal sealed record TaggedShape(string Tag, ImmutableSortedDictionary<string, ObjectShape> Cases) : Shape
{
    public override MessageFault? FaultOf(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return new MessageFault(path, $"{Shown(value)} is not an object");
        if (!value.TryGetProperty(Tag, out var tag))
            return new MessageFault(Under(path, Tag), "is missing");
        return tag.ValueKind == JsonValueKind.String && Cases.TryGetValue(tag.GetString()!, out var found)
            ? found.FaultOf(value, path)
            : new MessageFault(Under(path, Tag), $"{Shown(tag)} is not one of {string.Join(", ", Cases.Keys)}");
    }
}

/// <summary>One of several words, or an object of exactly one field whose name is one of others.</summary>
internal sealed record WordShape(ImmutableArray<string> Words, ImmutableSortedDictionary<string, Shape> Keys) : Shape
{
    public override MessageFault? FaultOf(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.String && Words.Contains(value.GetString()!, StringComparer.Ordinal))
            return null;
        if (value.ValueKind != JsonValueKind.Object || Keys.IsEmpty)
            return new MessageFault(path, $"{Shown(value)} is not one of {string.Join(", ", Words.Concat(Keys.Keys))}");
        var fields = value.EnumerateObject().ToList();
        if (fields.Count != 1)
            return new MessageFault(path, $"{fields.Count} fields are given where exactly one is expected");
        return Keys.TryGetValue(fields[0].Name, out var shape)
            ? shape.FaultOf(fields[0].Value, Under(path, fields[0].Name))
            : new MessageFault(Under(path, fields[0].Name), $"is not one of {string.Join(", ", Keys.Keys)}");
    }
}
