using System.Collections.Immutable;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Halls;
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
        var groups = TaskGroupReader.Read(manifest, spec, catalogue, found);
        JobSpecChecks.Check(manifest, spec, groups, found);
        foreach (var error in found)
            errors.Add(error);
        if (found.Count > 0)
            return null;
        return new JobSpec(
            new QueueId(spec.Queue), spec.Priority, groups.ToValueList(),
            Topology(spec.Topology), Work(spec, groups), spec.Hall is null ? null : new HallId(spec.Hall), spec.Jurisdiction)
        {
            Preemptible = spec.Preemptible,
            MinimumRuntime = spec.MinimumRuntime,
            ExpectedDuration = spec.ExpectedDuration,
            PowerPercents = spec.PowerPercents.ToValueList(),
            Datasets = spec.Datasets.ToValueList(),
            PowerPolicies = spec.PowerPolicies.ToValueList(),
            StrictPower = spec.StrictPower,
            Flexibility = spec.Flexibility,
            Deferrable = spec.Deferrable,
            StartBy = spec.StartBy,
            Restarts = spec.Restarts,
            IsTest = spec.Test,
        };
    }

    /// <summary>The manifest that <see cref="From"/> reads as the given job.</summary>
    public static Manifest ToManifest(string name, JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var simulated = spec.Work as SimulatedWork;
        var kernel = spec.Work as KernelWork;
        var program = spec.Work as ProgramWork;
        var content = new JobManifestSpec
        {
            Queue = spec.Queue.Value,
            Priority = spec.Priority,
            Hall = spec.Hall?.Value,
            Jurisdiction = spec.Jurisdiction,
            Topology = Topology(spec.Topology),
            Preemptible = spec.Preemptible,
            MinimumRuntime = spec.MinimumRuntime,
            ExpectedDuration = spec.ExpectedDuration,
            PowerPercents = [.. spec.PowerPercents],
            Datasets = [.. spec.Datasets],
            PowerPolicies = [.. spec.PowerPolicies],
            StrictPower = spec.StrictPower,
            Flexibility = spec.Flexibility,
            Deferrable = spec.Deferrable,
            StartBy = spec.StartBy,
            Restarts = spec.Restarts,
            Test = spec.IsTest,
            Tasks = [.. spec.Groups.Select(group => new TaskGroupSpec
            {
                Name = group.Name,
                Count = group.Count,
                Minimum = group.Minimum,
                Spares = group.Spares,
                Gpus = group.Mig is not null ? 1 : group.GpuMilli > 0 ? group.GpuMilli / 1000.0 : group.Gpus,
                Mig = group.Mig,
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
                CheckpointEvery = simulated.CheckpointEvery,
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
            Program = program is null ? null : ProgramReader.Write(program),
            Collective = spec.Work is CollectiveWork collective ? CollectiveReader.Write(collective) : null,
            Probe = spec.Work is ProbeWork probe ? ProbeWorkSpec.Write(probe) : null,
        };
        return new Manifest("Job", name, content, new ManifestOrigin(name, System.Collections.Immutable.ImmutableDictionary<string, (int Line, int Column)>.Empty));
    }

    private static TopologyRequest Topology(TopologySpec? topology) => topology is null
        ? new TopologyRequest(null, null)
        : new TopologyRequest(Inside(topology.Required), Inside(topology.Preferred))
        {
            Slices = topology.Slices.Select(slice => new TopologySlice(Inside(slice.Level)!.Value, slice.Size)).ToValueList(),
            AtMost = topology.AtMost.Select(limit => new DomainLimit(Inside(limit.Level)!.Value, limit.Tasks)).ToValueList(),
            Nodes = topology.Nodes.Select(node => new NodeId(node)).ToValueList(),
        };

    // A gang never leaves its hall, and so neither the hall's site.
    private static TopologyLevel? Inside(TopologyLevel? level) => level == TopologyLevel.Site ? TopologyLevel.Hall : level;

    private static TopologySpec? Topology(TopologyRequest topology) => topology == new TopologyRequest(null, null)
        ? null
        : new TopologySpec
        {
            Required = topology.Required,
            Preferred = topology.Preferred,
            Slices = [.. topology.Slices.Select(slice => new TopologySliceSpec { Level = slice.Level, Size = slice.Size })],
            AtMost = [.. topology.AtMost.Select(limit => new DomainLimitSpec { Level = limit.Level, Tasks = limit.Tasks })],
            Nodes = [.. topology.Nodes.Select(node => node.Value)],
        };

    private static WorkSpec Work(JobManifestSpec spec, List<TaskGroup> groups) => spec.Kernel is { } kernel
        ? new KernelWork(
            kernel.Name,
            kernel.Sizes.OrderBy(size => size.Key, StringComparer.Ordinal).Select(size => new KernelSize(size.Key, size.Value)).ToValueList(),
            kernel.Repetitions, kernel.Check, (ulong)kernel.Seed, kernel.Timeout ?? TimeSpan.Zero)
        : spec.Program is { } program ? ProgramReader.Read(program)
        : spec.Collective is { } collective ? CollectiveReader.Read(collective, groups[0].Count)
        : spec.Probe is { } probe ? ProbeWorkSpec.Read(probe)
        : new SimulatedWork(
            spec.Simulated!.Class, spec.Simulated.Duration, spec.Simulated.TokensPerGpuSecond, spec.Simulated.Utilisation)
        {
            CheckpointEvery = spec.Simulated.CheckpointEvery,
        };
}
