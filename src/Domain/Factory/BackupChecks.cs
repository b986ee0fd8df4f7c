using System.Collections.Immutable;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Factory;

/// <summary>Checks that a power domain is backed by domains that can take its load over: others of its hall, neither above nor below it.</summary>
internal static class BackupChecks
{
    public static void Check(ImmutableSortedDictionary<string, Manifest> objects, List<ManifestError> errors)
    {
        foreach (var manifest in objects.Values)
        {
            if (manifest.Spec is not PowerDomainSpec domain)
                continue;
            for (var index = 0; index < domain.BackedBy.Count; index++)
                CheckOne(manifest, domain, index, objects, errors);
            var backs = objects.Values.FirstOrDefault(other => other.Spec is PowerDomainSpec spec && spec.BackedBy.Contains(manifest.Name))?.Name;
            if (domain.Oversubscription > 1 && (domain.BackedBy.Count > 0 || backs is not null))
                errors.Add(manifest.Error("spec.oversubscription", "room is kept for " + (backs is null ? "its failure" : $"the failure of '{backs}'") + ", and caps on its own racks do not hold what it takes over", "leave out oversubscription, or backedBy"));
        }
    }

    private static void CheckOne(
        Manifest manifest, PowerDomainSpec domain, int index, ImmutableSortedDictionary<string, Manifest> objects, List<ManifestError> errors)
    {
        var (other, field) = (domain.BackedBy[index], $"spec.backedBy[{index}]");
        if (!objects.TryGetValue("PowerDomain/" + other, out var found) || found.Spec is not PowerDomainSpec backup)
        {
            var declared = objects.Values.Where(one => one.Kind == "PowerDomain").Select(one => one.Name);
            errors.Add(manifest.Error(field, $"there is no PowerDomain '{other}'", FieldReader.Choices(other, declared)));
        }
        else if (backup.Hall != domain.Hall)
        {
            errors.Add(manifest.Error(field, $"PowerDomain '{other}' is in hall '{backup.Hall}', this object in hall '{domain.Hall}'", "name one of the same hall"));
        }
        else if (Above(objects, manifest.Name).Contains(other) || Above(objects, other).Contains(manifest.Name))
        {
            errors.Add(manifest.Error(field, $"'{other}' is '{manifest.Name}' itself, or above or below it, and fails with it", "name a domain on another branch"));
        }
        else if (domain.BackedBy.Take(index).Contains(other))
        {
            errors.Add(manifest.Error(field, $"'{other}' is named twice", "name each domain once"));
        }
    }

    // The domain itself and every domain above it; the tree was checked for circles before.
    private static HashSet<string> Above(ImmutableSortedDictionary<string, Manifest> objects, string name)
    {
        var above = new HashSet<string>(StringComparer.Ordinal);
        for (string? at = name; at is not null; at = ((PowerDomainSpec)objects["PowerDomain/" + at].Spec).Parent)
            above.Add(at);
        return above;
    }
}
