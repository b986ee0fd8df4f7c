using System.Collections.Immutable;

namespace ControlPlane.Domain.Manifests;

/// <summary>One object as somebody wrote it: its kind, its name, its typed content and where each field stood.</summary>
/// <param name="Kind">Site, Hall, PowerDomain, CoolingLoop, Rack, Fabric, Queue, PowerPolicy or Job.</param>
/// <param name="Name">Its name, unique within the kind.</param>
/// <param name="Spec">The content: the record that <see cref="ManifestKinds"/> names for the kind.</param>
/// <param name="Origin">Where the object came from.</param>
public sealed record Manifest(string Kind, string Name, object Spec, ManifestOrigin Origin)
{
    /// <summary>Kind and name, such as <c>Rack/gb200</c>: the object's identity.</summary>
    public string Key => Kind + "/" + Name;

    /// <summary>An error about one of this object's fields.</summary>
    /// <param name="field">The field's path from the root, such as <c>spec.powerDomain</c>.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="expected">What would be right.</param>
    public ManifestError Error(string field, string problem, string expected)
    {
        var (line, column) = Origin.Find(field);
        return new ManifestError(Origin.File, line, column, $"{Kind} {Name}: {field}", problem, expected);
    }
}

/// <summary>Where the fields of an object stood.</summary>
/// <param name="File">The file.</param>
/// <param name="Positions">Line and column by field path.</param>
public sealed record ManifestOrigin(string File, ImmutableDictionary<string, (int Line, int Column)> Positions)
{
    /// <summary>The position of a field, or of the nearest object around it.</summary>
    public (int Line, int Column) Find(string field)
    {
        while (true)
        {
            if (Positions.TryGetValue(field, out var position))
                return position;
            var cut = field.LastIndexOfAny(['.', '[']);
            if (cut < 0)
                return Positions.GetValueOrDefault("", (0, 0));
            field = field[..cut];
        }
    }
}
