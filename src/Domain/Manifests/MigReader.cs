using ControlPlane.Domain.Catalogue;

namespace ControlPlane.Domain.Manifests;

/// <summary>Finds out what a MIG profile in a Job manifest stands for.</summary>
internal static class MigReader
{
    /// <summary>What an instance counts as, in thousandths of a GPU, and the models that have it; null when something is wrong.</summary>
    public static (int Milli, IReadOnlyList<string> Models)? Read(
        Manifest manifest, TaskGroupSpec task, string path, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        if (task.Gpus != 1)
            errors.Add(manifest.Error(path + ".gpus", "a task takes one MIG instance, not GPUs beside it", "leave gpus out, or mig"));
        if (task.NetworkPerGpu.Megabits > 0)
            errors.Add(manifest.Error(path + ".networkPerGpu", "a MIG instance has no adapter of its own", "leave networkPerGpu out"));
        var sizes = catalogue.Gpus.Where(gpu => task.GpuModels.Count == 0 || task.GpuModels.Contains(gpu.Name))
            .Select(gpu => (gpu.Name, Milli: MilliOf(gpu, task.Mig!))).ToList();
        if (task.GpuModels.Count > 0 && sizes.Find(size => size.Milli is null) is { Name: { } lacks })
        {
            errors.Add(manifest.Error(path + ".mig", $"{lacks} has no MIG profile '{task.Mig}'", ProfilesOf(catalogue.Gpu(lacks)!)));
            return null;
        }
        sizes.RemoveAll(size => size.Milli is null);
        if (sizes.Count == 0)
        {
            var all = catalogue.Gpus.SelectMany(gpu => gpu.Mig?.Profiles ?? []).Select(profile => profile.Name).Distinct();
            errors.Add(manifest.Error(path + ".mig", $"'{task.Mig}' is not a MIG profile", FieldReader.Choices(task.Mig!, all)));
            return null;
        }
        if (sizes.Find(size => size.Milli != sizes[0].Milli) is { Name: { } differs })
        {
            errors.Add(manifest.Error(
                path + ".mig", $"'{task.Mig}' is another part of {sizes[0].Name} than of {differs}", "list gpuModels on which it is the same part"));
            return null;
        }
        return (sizes[0].Milli!.Value, [.. sizes.Select(size => size.Name)]);
    }

    private static int? MilliOf(GpuModel gpu, string name) =>
        gpu.Mig?.ToGeometry() is { } geometry && geometry.Find(name) is { } profile ? geometry.MilliOf(profile) : null;

    private static string ProfilesOf(GpuModel gpu) => gpu.Mig is null
        ? "name models that can be cut into instances"
        : "use one of: " + string.Join(", ", gpu.Mig.Profiles.Select(profile => profile.Name));
}
