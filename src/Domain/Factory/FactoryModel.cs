using System.Collections.Immutable;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Factory;

/// <summary>What reading a whole factory gave: a model, or every error.</summary>
/// <param name="Model">The factory, or null when there are errors.</param>
/// <param name="Errors">What is wrong.</param>
public sealed record FactoryReading(FactoryModel? Model, ImmutableArray<ManifestError> Errors);

/// <summary>Every declared object of a factory (jobs excepted), checked against one another, and the hall layouts they make.</summary>
public sealed class FactoryModel
{
    private FactoryModel(ImmutableSortedDictionary<string, Manifest> objects, ImmutableSortedDictionary<string, HallLayout> layouts)
    {
        Objects = objects;
        Layouts = layouts;
    }

    /// <summary>A factory without any object.</summary>
    public static FactoryModel Empty { get; } = new(
        ImmutableSortedDictionary<string, Manifest>.Empty.WithComparers(StringComparer.Ordinal),
        ImmutableSortedDictionary<string, HallLayout>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>The objects by <see cref="Manifest.Key"/>.</summary>
    public ImmutableSortedDictionary<string, Manifest> Objects { get; }

    /// <summary>The layouts by hall name.</summary>
    public ImmutableSortedDictionary<string, HallLayout> Layouts { get; }

    /// <summary>The objects of one kind with their names, in name order.</summary>
    public IEnumerable<(string Name, T Spec, Manifest Manifest)> Of<T>() =>
        Objects.Values.Where(manifest => manifest.Spec is T).Select(manifest => (manifest.Name, (T)manifest.Spec, manifest));

    /// <summary>True when an object of the kind and name is declared.</summary>
    public bool Has(string kind, string name) => Objects.ContainsKey(kind + "/" + name);

    /// <summary>The factory with objects added or replaced, and others removed; this one is unchanged.</summary>
    /// <param name="changed">Objects to add or replace; none of kind Job.</param>
    /// <param name="removedKeys">Keys to remove.</param>
    /// <param name="catalogue">Hardware types.</param>
    public FactoryReading With(IEnumerable<Manifest> changed, IEnumerable<string> removedKeys, HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(changed);
        ArgumentNullException.ThrowIfNull(catalogue);
        var objects = Objects.RemoveRange(removedKeys)
            .SetItems(changed.Select(manifest => KeyValuePair.Create(manifest.Key, manifest)));
        var errors = new List<ManifestError>();
        References.Check(objects, catalogue, errors);
        if (errors.Count > 0)
            return new FactoryReading(null, [.. errors]);
        var layouts = Empty.Layouts.ToBuilder();
        foreach (var hall in objects.Values.Where(manifest => manifest.Spec is HallSpec))
            layouts[hall.Name] = new LayoutBuilder(objects, catalogue).Build(hall);
        return new FactoryReading(new FactoryModel(objects, layouts.ToImmutable()), []);
    }
}
