using System.Collections.Immutable;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

/// <summary>Turns a Job manifest into a <see cref="JobSpec"/>, checking what concerns the job alone.</summary>
public static class JobSpecs
{
    /// <summary>Most GPUs one job may ask for; above it a typing error is likelier than a need.</summary>
    public const int MaximumGpus = 200_000;

    /// <summary>Converts a manifest of kind Job.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="catalogue">Known GPU models.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <returns>The job, or null when there were errors.</returns>
    public static JobSpec? From(Manifest manifest, HardwareCatalogue catalogue, ICollection<ManifestError> errors)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(errors);
        var spec = (JobManifestSpec)manifest.Spec;
        var found = new List<ManifestError>();
        var groups = Groups(manifest, spec, catalogue, found);
        if ((spec.Simulated is null) == (spec.Kernel is null))
            found.Add(manifest.Error("spec", spec.Kernel is null ? "says no work" : "gives both simulated and kernel", "give exactly one of simulated and kernel"));
        CheckTopology(manifest, spec.Topology, found);
        if (spec.Kernel is not null && (groups.Count != 1 || groups[0].Count != 1 || groups[0].MilliGpus != 1000))
            found.Add(manifest.Error("spec.tasks", "a kernel runs on one whole GPU", "give one task with gpus: 1"));
        foreach (var error in found)
            errors.Add(error);
        if (found.Count > 0)
            return null;
        return new JobSpec(
            new QueueId(spec.Queue), spec.Priority, groups.ToValueList(),
            new TopologyRequest(spec.Topology?.Required, spec.Topology?.Preferred), Work(spec),
            spec.Hall is null ? null : new HallId(spec.Hall), spec.Jurisdiction);
    }

    /// <summary>The manifest that <see cref="From"/> reads as the given job.</summary>
    public static Manifest ToManifest(string name, JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var simulated = spec.Work as SimulatedWork;
        var kernel = spec.Work as KernelWork;
        var content = new JobManifestSpec
        {
            Queue = spec.Queue.Value,
            Priority = spec.Priority,
            Hall = spec.Hall?.Value,
            Jurisdiction = spec.Jurisdiction,
            Topology = spec.Topology == new TopologyRequest(null, null)
                ? null : new TopologySpec { Required = spec.Topology.Required, Preferred = spec.Topology.Preferred },
            Tasks = [.. spec.Groups.Select(group => new TaskGroupSpec
            {
                Name = group.Name,
                Count = group.Count,
                Gpus = group.GpuMilli > 0 ? group.GpuMilli / 1000.0 : group.Gpus,
                GpuModels = [.. group.GpuModels],
                Cpu = group.CpuMilli / 1000.0,
                Memory = group.Memory,
                NetworkPerGpu = group.NetworkPerGpu,
            })],
            Simulated = simulated is null ? null : new SimulatedWorkSpec
            {
                Class = simulated.Class,
                Duration = simulated.Duration,
                TokensPerGpuSecond = simulated.TokensPerGpuSecond,
                Utilisation = simulated.Utilisation,
            },
            Kernel = kernel is null ? null : new KernelWorkSpec
            {
                Name = kernel.Name,
                Sizes = kernel.Sizes.ToDictionary(size => size.Name, size => size.Value),
                Repetitions = kernel.Repetitions,
                Check = kernel.Check,
                Seed = (long)kernel.Seed,
                Timeout = kernel.Timeout == TimeSpan.Zero ? null : kernel.Timeout,
            },
        };
        return new Manifest("Job", name, content, new ManifestOrigin(name, System.Collections.Immutable.ImmutableDictionary<string, (int Line, int Column)>.Empty));
    }

    private static WorkSpec Work(JobManifestSpec spec) => spec.Kernel is { } kernel
        ? new KernelWork(
            kernel.Name,
            kernel.Sizes.OrderBy(size => size.Key, StringComparer.Ordinal).Select(size => new KernelSize(size.Key, size.Value)).ToValueList(),
            kernel.Repetitions, kernel.Check, (ulong)kernel.Seed, kernel.Timeout ?? TimeSpan.Zero)
        : new SimulatedWork(
            spec.Simulated!.Class, spec.Simulated.Duration, spec.Simulated.TokensPerGpuSecond, spec.Simulated.Utilisation);

    private static List<TaskGroup> Groups(
        Manifest manifest, JobManifestSpec spec, HardwareCatalogue catalogue, List<ManifestError> errors)
    {
        var groups = new List<TaskGroup>();
        for (var index = 0; index < spec.Tasks.Count; index++)
        {
            var task = spec.Tasks[index];
            var path = $"spec.tasks[{index}]";
            if (!Names.IsValid(task.Name))
                errors.Add(manifest.Error(path + ".name", $"'{task.Name}' is not a name", "use " + Names.Rule));
            if (groups.Any(group => group.Name == task.Name))
                errors.Add(manifest.Error(path + ".name", $"'{task.Name}' is given twice", "give each task group its own name"));
            var isShare = task.Gpus is > 0 and < 1;
            if (!isShare && task.Gpus != Math.Floor(task.Gpus))
                errors.Add(manifest.Error(path + ".gpus", $"{task.Gpus} GPUs are neither whole nor a share", "give a whole number, or a share below 1"));
            if (isShare && task.Gpus < 0.001)
                errors.Add(manifest.Error(path + ".gpus", $"a share of {task.Gpus} is too small", "give at least 0.001"));
            foreach (var model in task.GpuModels.Where(model => catalogue.Gpu(model) is null))
                errors.Add(manifest.Error(path + ".gpuModels", $"'{model}' is not a GPU model", FieldReader.Choices(model, catalogue.Gpus.Select(gpu => gpu.Name))));
            groups.Add(new TaskGroup(
                task.Name, task.Count, isShare ? 0 : (int)task.Gpus, isShare ? (int)Math.Round(task.Gpus * 1000) : 0,
                task.GpuModels.ToImmutableArray().ToValueList(), (int)Math.Round(task.Cpu * 1000), task.Memory, task.NetworkPerGpu));
        }
        if (groups.Count == 0)
            errors.Add(manifest.Error("spec.tasks", "the list is empty", "give at least one task group"));
        if (groups.Sum(group => group.MilliGpus) > MaximumGpus * 1000L)
            errors.Add(manifest.Error("spec.tasks", "the job asks for more GPUs than any factory has", $"ask for at most {MaximumGpus}"));
        return groups;
    }

    private static void CheckTopology(Manifest manifest, TopologySpec? topology, List<ManifestError> errors)
    {
        if (topology is { Required: { } required, Preferred: { } preferred } && preferred <= required)
            errors.Add(manifest.Error(
                "spec.topology.preferred", $"'{ManifestFields.CamelCase(preferred.ToString())}' is not narrower than the required level",
                "prefer a level inside the required one"));
    }
}
