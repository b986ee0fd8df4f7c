using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

/// <summary>What must hold of the power limits that a job accepts, whatever the policies of a factory are.</summary>
internal static class JobPowerChecks
{
    /// <summary>Tiers of flexibility: Flex 0 to 3 of the Emerald AI field demonstration (arXiv:2507.00909).</summary>
    private static readonly int[] Tiers = [0, 10, 25, 50];

    public static void Check(Manifest manifest, JobManifestSpec spec, List<TaskGroup> groups, List<ManifestError> errors)
    {
        CheckPercents(manifest, spec, errors);
        CheckPolicies(manifest, spec, errors);
        if (spec.Flexibility is { } tier && !Tiers.Contains(tier))
            errors.Add(manifest.Error("spec.flexibility", $"{tier} is not a tier", "use one of: " + string.Join(", ", Tiers)));
        if (spec.Flexibility is not null && spec.PowerPercents.Count > 0)
            errors.Add(manifest.Error("spec.flexibility", "power limits follow from it, and powerPercents gives them too", "give one of flexibility and powerPercents"));
        if (spec.Flexibility is not null && spec.PowerPolicies.Count > 0)
            errors.Add(manifest.Error("spec.flexibility", "power limits follow from it, and from powerPolicies too", "give one of flexibility and powerPolicies"));
        var field = spec.PowerPercents.Any(percent => percent != 100) ? "powerPercents"
            : spec.PowerPolicies.Count > 0 ? "powerPolicies"
            : spec.Flexibility > 0 ? "flexibility"
            : null;
        if (field is not null && groups.Any(group => group.GpuMilli > 0))
            errors.Add(manifest.Error("spec." + field, "a shared GPU has one power limit for all who share it", $"ask for whole GPUs, or leave {field} out"));
    }

    private static void CheckPercents(Manifest manifest, JobManifestSpec spec, List<ManifestError> errors)
    {
        for (var index = 1; index < spec.PowerPercents.Count; index++)
        {
            if (spec.PowerPercents[index] >= spec.PowerPercents[index - 1])
                errors.Add(manifest.Error($"spec.powerPercents[{index}]", $"{spec.PowerPercents[index]} is not below the one before it", "list the highest first"));
        }
    }

    private static void CheckPolicies(Manifest manifest, JobManifestSpec spec, List<ManifestError> errors)
    {
        if (spec.PowerPolicies.Count > 0 && spec.PowerPercents.Count > 0)
            errors.Add(manifest.Error("spec.powerPolicies", "power limits follow from them, and powerPercents gives them too", "give one of powerPolicies and powerPercents"));
        if (spec.StrictPower && spec.PowerPolicies.Count == 0)
            errors.Add(manifest.Error("spec.strictPower", "there is no power policy to be strict about", "give powerPolicies, or leave strictPower out"));
        for (var index = 0; index < spec.PowerPolicies.Count; index++)
        {
            var (name, path) = (spec.PowerPolicies[index], $"spec.powerPolicies[{index}]");
            if (!Names.IsValid(name))
                errors.Add(manifest.Error(path, $"'{name}' is not a name", "use " + Names.Rule));
            else if (spec.PowerPolicies.Take(index).Contains(name))
                errors.Add(manifest.Error(path, $"'{name}' is given twice", "give each policy once"));
        }
    }
}
