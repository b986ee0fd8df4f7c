using System.Text.Json;

namespace ControlPlane.Facility.Exchange;

/// <summary>What a value in a message must look like.</summary>
internal abstract record Shape
{
    /// <summary>The first thing that is wrong with a value, or null.</summary>
    /// <param name="value">The value.</param>
    /// <param name="path">Where it is, for the fault.</param>
    public abstract MessageFault? FaultOf(JsonElement value, string path);

    /// <summary>A field's path.</summary>
    protected static string Under(string path, string field) => path.Length == 0 ? field : $"{path}.{field}";

    /// <summary>A value as it is shown in a fault: short.</summary>
    protected static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length > 60 ? text[..57] + "..." : text;
    }
}

/// <summary>One of the plain values, such as a text or an instant.</summary>
internal sealed record PlainShape(string Must, Func<JsonElement, bool> Is) : Shape
{
    public override MessageFault? FaultOf(JsonElement value, string path) =>
        Is(value) ? null : new MessageFault(path, $"{Shown(value)} is not {Must}");
}

/// <summary>A value that may also be null.</summary>
internal sealed record OrNullShape(Shape Shape) : Shape
{
    public override MessageFault? FaultOf(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Null ? null : Shape.FaultOf(value, path);
}

/// <summary>A list.</summary>
internal sealed record ListShape(Shape Of, int AtLeast) : Shape
{
    public override MessageFault? FaultOf(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Array)
            return new MessageFault(path, $"{Shown(value)} is not a list");
        if (value.GetArrayLength() < AtLeast)
            return new MessageFault(path, $"at least {AtLeast} must be given");
        return value.EnumerateArray().Select((item, index) => Of.FaultOf(item, $"{path}[{index}]")).FirstOrDefault(fault => fault is not null);
    }
}

/// <summary>An object whose names are free and whose values are alike.</summary>
internal sealed record MapShape(Shape Of) : Shape
{
    public override MessageFault? FaultOf(JsonElement value, string path) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject().Select(field => Of.FaultOf(field.Value, Under(path, field.Name))).FirstOrDefault(fault => fault is not null)
        : new MessageFault(path, $"{Shown(value)} is not an object");
}

/// <summary>A value that must fit one of several shapes, told apart by whether it is a text.</summary>
internal sealed record TextOrShape(Shape Text, Shape Else) : Shape
{
    public override MessageFault? FaultOf(JsonElement value, string path) =>
        (value.ValueKind == JsonValueKind.String ? Text : Else).FaultOf(value, path);
}
