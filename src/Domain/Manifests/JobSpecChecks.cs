using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

/// <summary>What must hold of a job as a whole, whatever factory it is submitted to.</summary>
internal static class JobSpecChecks
{
    public static void Check(Manifest manifest, JobManifestSpec spec, List<TaskGroup> groups, List<ManifestError> errors)
    {
        var works = new object?[] { spec.Simulated, spec.Kernel, spec.Program, spec.Collective, spec.Probe }.Count(work => work is not null);
        if (works != 1)
            errors.Add(manifest.Error("spec", works == 0 ? "says no work" : "gives several kinds of work", "give exactly one of simulated, kernel, program, collective and probe"));
        if (spec.Program is { } program)
        {
            ProgramReader.Check(manifest, program.Steps, "spec.program.steps", errors);
            TenantKernelReader.Check(manifest, program.Kernels, "spec.program.kernels", errors);
        }
        if ((spec.Kernel is not null || spec.Program is not null || spec.Probe is not null) && (groups.Count != 1 || groups[0].Count != 1 || groups[0].MilliGpus != 1000 || groups[0].Mig is not null))
            errors.Add(manifest.Error("spec.tasks", "a kernel, program or probe runs on one whole GPU", "give one task with gpus: 1"));
        if (spec.Collective is { } collective)
            CollectiveReader.Check(manifest, collective, groups, errors);
        if (spec.Probe is { } probe)
            ProbeWorkSpec.Check(manifest, probe, errors);
        if (groups.Count == 0)
            errors.Add(manifest.Error("spec.tasks", "the list is empty", "give at least one task group"));
        else if (groups.Sum(group => group.AtLeast) == 0)
            errors.Add(manifest.Error("spec.tasks", "no task is needed: every minimum is 0", "let one group have a minimum of 1 or more"));
        if (groups.Sum(group => group.MilliGpus) > JobSpecs.MaximumGpus * 1000L)
            errors.Add(manifest.Error("spec.tasks", "the job asks for more GPUs than any factory has", $"ask for at most {JobSpecs.MaximumGpus}"));
        JobPowerChecks.Check(manifest, spec, groups, errors);
        if (spec.Deferrable != spec.StartBy is not null)
            errors.Add(manifest.Error("spec.startBy", spec.Deferrable ? "is missing: a deferrable job has a latest start" : "is for deferrable jobs", "give deferrable: true and startBy, or neither"));
        if (spec is { Deferrable: true, Simulated: null, ExpectedDuration: null })
            errors.Add(manifest.Error("spec.expectedDuration", "is missing: the best start depends on how long the job takes", "give a duration such as 2h"));
        if (spec.Test && spec.Topology is not { Nodes.Count: > 0 })
            errors.Add(manifest.Error("spec.test", "says that it tests nodes and names none", "list them in topology.nodes, or leave test out"));
        if (spec.Topology is { } topology)
        {
            CheckNesting(manifest, topology, errors);
            CheckSlices(manifest, topology, groups, errors);
        }
    }

    private static void CheckNesting(Manifest manifest, TopologySpec topology, List<ManifestError> errors)
    {
        if (topology is { Required: { } required, Preferred: { } preferred } && preferred <= required)
            errors.Add(manifest.Error(
                "spec.topology.preferred", $"'{ManifestFields.CamelCase(preferred.ToString())}' is not narrower than the required level",
                "prefer a level inside the required one"));
    }

    private static void CheckSlices(Manifest manifest, TopologySpec topology, List<TaskGroup> groups, List<ManifestError> errors)
    {
        for (var index = 0; index < topology.Slices.Count; index++)
        {
            var (slice, path) = (topology.Slices[index], $"spec.topology.slices[{index}]");
            if (index > 0 && topology.Slices[index - 1].Size % slice.Size != 0)
                errors.Add(manifest.Error(path + ".size", $"{slice.Size} does not divide {topology.Slices[index - 1].Size}", "give a size that divides the slice before it"));
            foreach (var group in groups.Where(group => index == 0 && group.Count % slice.Size != 0))
                errors.Add(manifest.Error(path + ".size", $"{slice.Size} does not divide the {group.Count} tasks of group '{group.Name}'", "give a size that divides the tasks of every group"));
            var wider = index == 0 ? topology.Required : topology.Slices[index - 1].Level;
            if (slice.Level <= wider)
                errors.Add(manifest.Error(path + ".level", $"'{ManifestFields.CamelCase(slice.Level.ToString())}' is not narrower than the level before it", "list wide levels first, all inside the required one"));
        }
        if (topology.Slices.Count > 0 && groups.Exists(group => group.AtLeast < group.Count || group.Spares > 0))
            errors.Add(manifest.Error("spec.topology.slices", "an elastic job or one with spares has no fixed slices", "leave out slices, or minimum and spares"));
    }
}
