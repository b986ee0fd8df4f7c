using System.Collections;
using System.Globalization;
using System.Reflection;
using ControlPlane.Domain.Units;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ControlPlane.Domain.Manifests;

/// <summary>Reads one document's fields into the records of <see cref="ManifestKinds"/>, keeping every error and position.</summary>
internal sealed class FieldReader(string file, List<ManifestError> errors)
{
    public Dictionary<string, (int Line, int Column)> Positions { get; } = new(StringComparer.Ordinal);

    /// <summary>Kind and name of the object being read, once known; put before field paths in messages.</summary>
    public string Owner { get; set; } = "";

    public object? Fail(YamlNode node, string path, string problem, string expected)
    {
        errors.Add(new ManifestError(file, (int)node.Start.Line, (int)node.Start.Column, Owner + path, problem, expected));
        return null;
    }

    /// <summary>The fields of a mapping, after refusing unknown ones and anchors.</summary>
    public Dictionary<string, YamlNode> Mapping(YamlMappingNode map, string path, IReadOnlyCollection<string>? known)
    {
        Note(map, path);
        var fields = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (keyNode, value) in map.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            var inner = path.Length == 0 ? key : path + "." + key;
            if (known is not null && !known.Contains(key))
                Fail(keyNode, inner, "is not a field", Choices(key, known));
            else if (!value.Anchor.IsEmpty || !keyNode.Anchor.IsEmpty)
                Fail(value, inner, "uses a YAML anchor", "write the value out");
            else if (fields.TryAdd(key, value))
                Note(keyNode, inner);
            else
                Fail(keyNode, inner, "is given twice", "give it once");
        }
        return fields;
    }

    /// <summary>A required text field.</summary>
    public string? Text(YamlNode owner, Dictionary<string, YamlNode> fields, string name, string prefix)
    {
        if (!fields.TryGetValue(name, out var node))
            return (string?)Fail(owner, prefix + name, "is missing", "it is required");
        if (node is YamlScalarNode { Value: { Length: > 0 } text })
            return text;
        return (string?)Fail(node, prefix + name, "is not a text", "write a word");
    }

    /// <summary>Reads a mapping into a record of the given type.</summary>
    public object? Record(YamlNode node, Type type, string path)
    {
        if (node is not YamlMappingNode map)
            return Fail(node, path, "is not a mapping", "write its fields, indented");
        var properties = ManifestFields.Of(type);
        var fields = Mapping(map, path, properties.Keys.ToArray());
        var instance = Activator.CreateInstance(type)!;
        var before = errors.Count;
        foreach (var (name, property) in properties)
        {
            var inner = path + "." + name;
            if (!fields.TryGetValue(name, out var value))
            {
                if (ManifestFields.IsRequired(property))
                    Fail(map, inner, "is missing", ManifestFields.Expectation(property));
                continue;
            }
            var read = Value(value, property.PropertyType, property, inner);
            if (read is not null)
                property.SetValue(instance, read);
        }
        return errors.Count > before ? null : instance;
    }

    private object? Value(YamlNode node, Type declared, PropertyInfo property, string path)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (!node.Anchor.IsEmpty)
            return Fail(node, path, "uses a YAML anchor", "write the value out");
        if (ManifestFields.ElementOf(type) is { } element)
            return Sequence(node, element, property, path);
        if (ManifestFields.NamedOf(type) is { } named)
            return Named(node, named, path);
        if (ManifestFields.IsRecord(type))
            return Record(node, type, path);
        if (node is not YamlScalarNode scalar || scalar.Value is null)
            return Fail(node, path, "is not a single value", ManifestFields.Expectation(property));
        var value = Scalar(scalar, type);
        if (value is null)
            return Fail(node, path, $"'{scalar.Value}' is not right", ManifestFields.Expectation(property));
        return InRange(value, property) ? value : Fail(node, path, $"'{scalar.Value}' is out of range", ManifestFields.Expectation(property));
    }

    private Array? Sequence(YamlNode node, Type element, PropertyInfo property, string path)
    {
        if (node is not YamlSequenceNode sequence)
            return (Array?)Fail(node, path, "is not a list", "write one entry a line, each after '- '");
        var items = new List<object>();
        for (var index = 0; index < sequence.Children.Count; index++)
        {
            var inner = $"{path}[{index}]";
            Note(sequence.Children[index], inner);
            var item = Item(sequence.Children[index], element, property, inner);
            if (item is not null)
                items.Add(item);
        }
        var array = Array.CreateInstance(element, items.Count);
        for (var index = 0; index < items.Count; index++)
            array.SetValue(items[index], index);
        return array;
    }

    private object? Item(YamlNode node, Type element, PropertyInfo property, string path)
    {
        if (ManifestFields.IsRecord(element))
            return Record(node, element, path);
        if (node is not YamlScalarNode { Value: { } text } scalar || Scalar(scalar, element) is not { } value)
            return Fail(node, path, $"is not {ManifestFields.Form(element)}", ManifestFields.Expectation(property));
        return InRange(value, property) ? value : Fail(node, path, $"'{text}' is out of range", ManifestFields.Expectation(property));
    }

    private IDictionary? Named(YamlNode node, Type type, string path)
    {
        var form = ManifestFields.Form(type);
        if (node is not YamlMappingNode map)
            return (IDictionary?)Fail(node, path, "is not a mapping", $"write name: {form}");
        var values = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), type))!;
        foreach (var (name, value) in Mapping(map, path, null))
        {
            if (value is YamlScalarNode { Value: not null } scalar && Scalar(scalar, type) is { } read)
                values[name] = read;
            else
                Fail(value, path + "." + name, $"is not {form}", $"write {form}");
        }
        return values;
    }

    private static object? Scalar(YamlScalarNode node, Type type)
    {
        var text = node.Value!;
        if (type == typeof(string))
            return text.Length > 0 ? text : null;
        if (type == typeof(Watts))
            return Watts.TryParse(text, out var watts) ? watts : null;
        if (type == typeof(Celsius))
            return Celsius.TryParse(text, out var celsius) ? celsius : null;
        if (type == typeof(GigabitsPerSecond))
            return GigabitsPerSecond.TryParse(text, out var rate) ? rate : null;
        if (type == typeof(Gibibytes))
            return Gibibytes.TryParse(text, out var memory) ? memory : null;
        if (type == typeof(TimeSpan))
            return Durations.TryParse(text, out var duration) ? duration : null;
        if (type == typeof(DateTimeOffset))
            return Instants.TryParse(text, out var instant) ? instant : null;
        if (type.IsEnum)
            return ManifestFields.EnumValue(type, text);
        if (node.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted)
            return null; // A quoted "8" is a text, not a number.
        if (type == typeof(bool))
            return text switch { "true" => true, "false" => false, _ => null };
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (type == typeof(long))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? real : null;
    }

    private static bool InRange(object value, PropertyInfo property)
    {
        if (property.GetCustomAttribute<OneOfAttribute>() is { } choice)
            return choice.Values.Contains((string)value);
        if (property.GetCustomAttribute<RefersToAttribute>() is not null)
            return Names.IsValid((string)value);
        if (property.GetCustomAttribute<BetweenAttribute>() is not { } range)
            return true;
        var number = value switch
        {
            Watts watts => watts.Value,
            Celsius celsius => celsius.Value,
            GigabitsPerSecond rate => rate.Value,
            Gibibytes memory => memory.Value,
            TimeSpan duration => duration.TotalSeconds,
            _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        };
        return number >= range.Minimum && number <= range.Maximum;
    }

    /// <summary>"Did you mean x" when a name is close to one of the choices, else the choices.</summary>
    public static string Choices(string given, IEnumerable<string> choices)
    {
        var all = choices.ToArray();
        var near = all.Select(choice => (choice, distance: Distance(given.ToLowerInvariant(), choice.ToLowerInvariant())))
            .Where(pair => pair.distance <= Math.Max(1, given.Length / 3))
            .OrderBy(pair => pair.distance).Select(pair => pair.choice).FirstOrDefault();
        if (near is not null)
            return $"did you mean '{near}'?";
        return all.Length == 0 ? "none is declared" : "use one of: " + string.Join(", ", all.Take(20));
    }

    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }

    private void Note(YamlNode node, string path) =>
        Positions.TryAdd(path, ((int)node.Start.Line, (int)node.Start.Column));
}
