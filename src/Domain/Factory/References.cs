using System.Collections.Immutable;
using System.Reflection;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Factory;

/// <summary>Checks that objects refer to objects that exist, in the same hall, without cycles.</summary>
internal static class References
{
    public static void Check(
        ImmutableSortedDictionary<string, Manifest> objects, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        foreach (var manifest in objects.Values)
        {
            CheckFields(manifest, objects, errors);
            if (manifest.Spec is RackSpec rack)
                CheckRack(manifest, rack, objects, catalogue, errors);
        }
        if (errors.Count > 0)
            return;
        RefuseCycles<PowerDomainSpec>(objects, "PowerDomain", spec => spec.Parent, errors);
        RefuseCycles<QueueSpec>(objects, "Queue", spec => spec.Parent, errors);
        if (errors.Count > 0)
            return;
        QueueChecks.Check(objects, errors);
        BackupChecks.Check(objects, errors);
        ReservationChecks.Check(objects, catalogue, errors);
        PolicyChecks.Check(objects, catalogue, errors);
        RefuseRackNameClashes(objects, errors);
    }

    private static void CheckFields(Manifest manifest, ImmutableSortedDictionary<string, Manifest> objects, List<ManifestError> errors)
    {
        foreach (var (name, property) in ManifestFields.Of(manifest.Spec.GetType()))
        {
            var reference = property.GetCustomAttribute<RefersToAttribute>();
            if (reference is null || property.GetValue(manifest.Spec) is not string target)
                continue;
            if (!objects.TryGetValue(reference.Kind + "/" + target, out var found))
            {
                var declared = objects.Values.Where(other => other.Kind == reference.Kind).Select(other => other.Name);
                errors.Add(manifest.Error("spec." + name, $"there is no {reference.Kind} '{target}'", FieldReader.Choices(target, declared)));
            }
            else if (HallOf(manifest.Spec) is { } hall && HallOf(found.Spec) is { } other && hall != other)
            {
                errors.Add(manifest.Error("spec." + name, $"{reference.Kind} '{target}' is in hall '{other}', this object in hall '{hall}'", "name one of the same hall"));
            }
        }
    }

    private static void CheckRack(
        Manifest manifest, RackSpec rack, ImmutableSortedDictionary<string, Manifest> objects, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        if (catalogue.Rack(rack.Type) is not { } rackType)
        {
            errors.Add(manifest.Error("spec.type", $"'{rack.Type}' is not a rack type", FieldReader.Choices(rack.Type, catalogue.Racks.Select(known => known.Name))));
            return;
        }
        if (rackType.LiquidShare.Value > 0 && rack.LiquidLoop is null)
            errors.Add(manifest.Error("spec.liquidLoop", $"is missing: {rackType.Name} gives {rackType.LiquidShare.Value:P0} of its heat to liquid", "give the name of a CoolingLoop of type liquid"));
        if (rackType.LiquidShare.Value < 1 && rack.AirZone is null)
            errors.Add(manifest.Error("spec.airZone", $"is missing: {rackType.Name} gives {1 - rackType.LiquidShare.Value:P0} of its heat to air", "give the name of a CoolingLoop of type air"));
        foreach (var (field, loop, medium) in ((string, string?, string)[])[("liquidLoop", rack.LiquidLoop, "liquid"), ("airZone", rack.AirZone, "air")])
        {
            if (loop is not null && objects.TryGetValue("CoolingLoop/" + loop, out var found) && found.Spec is CoolingLoopSpec { Type: var type } && type != medium)
                errors.Add(manifest.Error("spec." + field, $"CoolingLoop '{loop}' is {type}, not {medium}", $"name one of type {medium}"));
        }
        if (manifest.Name.Length > 50)
            errors.Add(manifest.Error("metadata.name", "is too long for a rack, whose nodes and GPUs are named after it", "use at most 50 characters"));
    }

    private static string? HallOf(object spec) => spec switch
    {
        PowerDomainSpec domain => domain.Hall,
        CoolingLoopSpec loop => loop.Hall,
        FabricSpec fabric => fabric.Hall,
        RackSpec rack => rack.Hall,
        ReservationSpec reservation => reservation.Hall,
        _ => null,
    };

    private static void RefuseCycles<T>(
        ImmutableSortedDictionary<string, Manifest> objects, string kind, Func<T, string?> parent, List<ManifestError> errors)
    {
        foreach (var manifest in objects.Values.Where(manifest => manifest.Spec is T))
        {
            var seen = new List<string> { manifest.Name };
            for (var above = parent((T)manifest.Spec); above is not null; above = parent((T)objects[kind + "/" + above].Spec))
            {
                if (above == manifest.Name)
                    errors.Add(manifest.Error("spec.parent", $"makes a circle: {string.Join(" < ", seen)} < {above}", "a tree has a root without parent"));
                if (seen.Contains(above))
                    break;
                seen.Add(above);
            }
        }
    }

    private static void RefuseRackNameClashes(ImmutableSortedDictionary<string, Manifest> objects, List<ManifestError> errors)
    {
        // "a" with 12 racks makes a-01..a-12; a manifest "a-0" with 100 or more would make a-0-01: no clash today,
        // but equal names across manifests would merge two racks into one, so it is checked rather than argued.
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var manifest in objects.Values)
        {
            if (manifest.Spec is not RackSpec rack)
                continue;
            for (var number = 1; number <= rack.Count; number++)
            {
                var name = LayoutBuilder.RackName(manifest.Name, number);
                if (!owners.TryAdd(name, manifest.Name))
                    errors.Add(manifest.Error("metadata.name", $"rack '{name}' would also come from '{owners[name]}'", "choose another name"));
            }
        }
    }
}
