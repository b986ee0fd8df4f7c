using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ControlPlane.Domain.Manifests;

/// <summary>What reading a file gave: its objects, or every error found in it.</summary>
/// <param name="Manifests">The objects; empty when there are errors.</param>
/// <param name="Errors">The errors, in file order.</param>
public sealed record ManifestReading(ImmutableArray<Manifest> Manifests, ImmutableArray<ManifestError> Errors);

/// <summary>
/// Reads YAML (several documents a file) and JSON, which is read as the YAML it is. Strict: unknown
/// fields, duplicate keys, anchors and wrong types are errors with line and column.
/// </summary>
public static class ManifestReader
{
    /// <summary>Longest text accepted, in characters: a hall's manifests are a few kilobytes.</summary>
    public const int MaximumLength = 4 * 1024 * 1024;

    private static readonly string[] TopFields = ["apiVersion", "kind", "metadata", "spec"];

    /// <summary>Reads every object of a text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="file">The file's name, for messages.</param>
    public static ManifestReading Read(string text, string file) => Read(text, file, ManifestKinds.All);

    /// <summary>Reads every object of a text that may hold kinds of its own.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="kinds">The kinds that may stand in it, and the record of each; the records and those inside them have a <see cref="MeaningAttribute"/>.</param>
    public static ManifestReading Read(string text, string file, IReadOnlyDictionary<string, Type> kinds)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(kinds);
        var errors = new List<ManifestError>();
        if (text.Length > MaximumLength)
        {
            errors.Add(new ManifestError(file, 0, 0, "", $"the file has {text.Length} characters", $"at most {MaximumLength} are read"));
            return new ManifestReading([], [.. errors]);
        }
        var manifests = new List<Manifest>();
        foreach (var root in Documents(text, file, errors))
        {
            var manifest = ReadDocument(root, file, kinds, errors);
            if (manifest is not null)
                manifests.Add(manifest);
        }
        RefuseDuplicates(manifests, errors);
        if (manifests.Count == 0 && errors.Count == 0)
            errors.Add(new ManifestError(file, 1, 1, "", "the file holds no object", $"start with 'apiVersion: {ManifestKinds.ApiVersion}'"));
        return errors.Count > 0
            ? new ManifestReading([], [.. errors])
            : new ManifestReading([.. manifests], []);
    }

    private static List<YamlNode> Documents(string text, string file, List<ManifestError> errors)
    {
        var parser = new BoundedParser(new StringReader(text));
        try
        {
            var stream = new YamlStream();
            stream.Load(parser);
            return [.. stream.Documents.Select(document => document.RootNode).Where(root => !IsEmpty(root))];
        }
        catch (YamlException fault)
        {
            errors.Add(new ManifestError(
                file, (int)fault.Start.Line, (int)fault.Start.Column, "",
                "the text is not valid YAML or JSON: " + (fault.InnerException is YamlException inner ? inner.Message : fault.Message), ""));
            return [];
        }
        catch (ArgumentException fault) when (fault.ParamName == "parser")
        {
            // Some broken texts make the library meet an event where it expects a value; it says so without a place.
            var at = parser.Current?.Start ?? Mark.Empty;
            errors.Add(new ManifestError(file, (int)at.Line, (int)at.Column, "", "the text is not valid YAML or JSON: a value is missing here", ""));
            return [];
        }
    }

    private static bool IsEmpty(YamlNode root) => root is YamlScalarNode { Value: null or "" };

    private static Manifest? ReadDocument(YamlNode root, string file, IReadOnlyDictionary<string, Type> kinds, List<ManifestError> errors)
    {
        var fields = new FieldReader(file, errors);
        if (root is not YamlMappingNode map)
        {
            fields.Fail(root, "", "the document is not a mapping", "start with 'apiVersion', 'kind', 'metadata' and 'spec'");
            return null;
        }
        var before = errors.Count;
        var top = fields.Mapping(map, "", TopFields);
        var version = fields.Text(map, top, "apiVersion", "");
        if (version is not null && version != ManifestKinds.ApiVersion)
            fields.Fail(top["apiVersion"], "apiVersion", $"'{version}' is not known", $"write {ManifestKinds.ApiVersion}");
        var kind = fields.Text(map, top, "kind", "");
        var name = ReadName(fields, map, top);
        if (kind is null)
            return null;
        if (!kinds.TryGetValue(kind, out var type))
        {
            fields.Fail(top["kind"], "kind", $"'{kind}' is not a kind", FieldReader.Choices(kind, kinds.Keys));
            return null;
        }
        fields.Owner = $"{kind} {name}: ";
        var spec = top.TryGetValue("spec", out var specNode)
            ? fields.Record(specNode, type, "spec")
            : fields.Fail(map, "spec", "is missing", "every object has a spec");
        if (errors.Count > before || spec is null || name is null)
            return null;
        return new Manifest(kind, name, spec, new ManifestOrigin(file, fields.Positions.ToImmutableDictionary()));
    }

    private static string? ReadName(FieldReader fields, YamlMappingNode map, Dictionary<string, YamlNode> top)
    {
        if (!top.TryGetValue("metadata", out var node))
        {
            fields.Fail(map, "metadata", "is missing", "write 'metadata: {name: ...}'");
            return null;
        }
        if (node is not YamlMappingNode metadata)
        {
            fields.Fail(node, "metadata", "is not a mapping", "write 'metadata: {name: ...}'");
            return null;
        }
        var inner = fields.Mapping(metadata, "metadata", ["name"]);
        var name = fields.Text(metadata, inner, "name", "metadata.");
        if (name is not null && !Names.IsValid(name))
        {
            fields.Fail(inner["name"], "metadata.name", $"'{name}' is not a name", "use " + Names.Rule);
            return null;
        }
        return name;
    }

    private static void RefuseDuplicates(List<Manifest> manifests, List<ManifestError> errors)
    {
        var seen = new Dictionary<string, Manifest>(StringComparer.Ordinal);
        foreach (var manifest in manifests)
        {
            if (seen.TryAdd(manifest.Key, manifest))
                continue;
            var (line, _) = seen[manifest.Key].Origin.Find("");
            errors.Add(manifest.Error("metadata.name", $"{manifest.Kind} '{manifest.Name}' was already given in line {line}", "names are unique within a kind"));
        }
    }
}
