using System.Collections.Immutable;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;

namespace ControlPlane.Domain.Factory;

/// <summary>Checks that a power policy names hardware that is known, and limits that it accepts.</summary>
internal static class PolicyChecks
{
    public static void Check(ImmutableSortedDictionary<string, Manifest> objects, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        foreach (var manifest in objects.Values)
        {
            if (manifest.Spec is not PowerPolicySpec policy)
                continue;
            for (var index = 0; index < policy.Gpus.Count; index++)
                CheckGpu(manifest, policy, index, catalogue, errors);
            for (var index = 0; index < policy.Nodes.Count; index++)
                CheckNode(manifest, policy, index, catalogue, errors);
        }
    }

    private static void CheckGpu(Manifest manifest, PowerPolicySpec policy, int index, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        var (entry, path) = (policy.Gpus[index], $"spec.gpus[{index}]");
        if (catalogue.Gpu(entry.Model) is not { } model)
        {
            errors.Add(manifest.Error(path + ".model", $"'{entry.Model}' is not a GPU model", FieldReader.Choices(entry.Model, catalogue.Gpus.Select(gpu => gpu.Name))));
            return;
        }
        if (policy.Gpus.Take(index).Any(other => other.Model == entry.Model))
            errors.Add(manifest.Error(path + ".model", $"'{entry.Model}' is given twice", "give each model once"));
        if ((entry.Percent is null) == (entry.Limit is null))
        {
            errors.Add(manifest.Error(path, entry.Limit is null ? "says no limit" : "gives both percent and limit", "give exactly one of percent and limit"));
            return;
        }
        var (field, asked) = entry.Limit is { } limit ? ("limit", limit) : ("percent", Watts.FromWatts(model.LimitWatts.Value * entry.Percent!.Value / 100));
        var (least, most) = (Watts.FromWatts(model.MinimumLimitWatts?.Value ?? 0), Watts.FromWatts(model.LimitWatts.Value));
        if (asked < least || asked > most)
            errors.Add(manifest.Error($"{path}.{field}", $"{entry.Model} does not accept a limit of {asked}", $"give one between {least} and {most}"));
    }

    private static void CheckNode(Manifest manifest, PowerPolicySpec policy, int index, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        var (entry, path) = (policy.Nodes[index], $"spec.nodes[{index}]");
        if (catalogue.Node(entry.Type) is not { } node)
        {
            errors.Add(manifest.Error(path + ".type", $"'{entry.Type}' is not a node type", FieldReader.Choices(entry.Type, catalogue.Nodes.Select(type => type.Name))));
            return;
        }
        if (policy.Nodes.Take(index).Any(other => other.Type == entry.Type))
            errors.Add(manifest.Error(path + ".type", $"'{entry.Type}' is given twice", "give each node type once"));
        var model = catalogue.Gpu(node.Gpu)!;
        var (least, most) = (With(model.MinimumLimitWatts?.Value ?? 0), With(model.LimitWatts.Value));
        if (entry.Limit < least || entry.Limit > most)
            errors.Add(manifest.Error(path + ".limit", $"a {entry.Type} cannot be held to {entry.Limit}", $"give a limit between {least} and {most}: its GPUs and what the rest of it draws"));

        Watts With(double gpu) => Watts.FromWatts(node.BaseWatts.Value + (node.Gpus.Value * gpu));
    }
}
