using System.Collections.Immutable;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Factory;

/// <summary>Checks that a reservation keeps nodes that exist, for a time, and for one party at most.</summary>
internal static class ReservationChecks
{
    public static void Check(ImmutableSortedDictionary<string, Manifest> objects, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        foreach (var manifest in objects.Values)
        {
            if (manifest.Spec is ReservationSpec reservation)
                CheckOne(manifest, reservation, NodesIn(reservation.Hall, objects, catalogue), errors);
        }
    }

    /// <summary>The nodes of a hall's racks, by the names they get.</summary>
    public static Dictionary<string, List<string>> NodesIn(string hall, ImmutableSortedDictionary<string, Manifest> objects, HardwareCatalogue catalogue)
    {
        var nodes = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var manifest in objects.Values)
        {
            if (manifest.Spec is not RackSpec rack || rack.Hall != hall || catalogue.Rack(rack.Type) is not { } type)
                continue;
            for (var number = 1; number <= rack.Count; number++)
            {
                var name = LayoutBuilder.RackName(manifest.Name, number);
                nodes[name] = [.. Enumerable.Range(0, (int)type.Nodes.Value).Select(index => LayoutBuilder.NodeName(name, index))];
            }
        }
        return nodes;
    }

    private static void CheckOne(Manifest manifest, ReservationSpec reservation, Dictionary<string, List<string>> nodes, List<ManifestError> errors)
    {
        if (reservation.Until <= reservation.From)
            errors.Add(manifest.Error("spec.until", $"{Instants.Format(reservation.Until)} is not after from, {Instants.Format(reservation.From)}", "give a later instant"));
        if (reservation.Queue is not null && reservation.Job is not null)
            errors.Add(manifest.Error("spec.job", "nodes are kept for a queue or for a job", "give one of queue and job, or neither for maintenance"));
        if (reservation.Job is { } job && !Names.IsValid(job))
            errors.Add(manifest.Error("spec.job", $"'{job}' is not a name", "use " + Names.Rule));
        if (reservation.Racks.Count + reservation.Nodes.Count == 0)
            errors.Add(manifest.Error("spec.racks", "names no rack and no node", "name at least one in racks or nodes"));
        for (var index = 0; index < reservation.Racks.Count; index++)
        {
            if (!nodes.ContainsKey(reservation.Racks[index]))
                errors.Add(manifest.Error($"spec.racks[{index}]", $"there is no rack '{reservation.Racks[index]}' in hall '{reservation.Hall}'", FieldReader.Choices(reservation.Racks[index], nodes.Keys)));
        }
        var all = nodes.Values.SelectMany(list => list).ToHashSet(StringComparer.Ordinal);
        for (var index = 0; index < reservation.Nodes.Count; index++)
        {
            if (!all.Contains(reservation.Nodes[index]))
                errors.Add(manifest.Error($"spec.nodes[{index}]", $"there is no node '{reservation.Nodes[index]}' in hall '{reservation.Hall}'", FieldReader.Choices(reservation.Nodes[index], all)));
        }
    }
}
