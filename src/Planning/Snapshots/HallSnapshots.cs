using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Policies;
using ControlPlane.Scheduling;

namespace ControlPlane.Planning.Snapshots;

/// <summary>Reads and writes snapshot files: everything that decides where a job goes, by name, so that it can be decided elsewhere.</summary>
public static class HallSnapshots
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <summary>The file's text.</summary>
    public static string Write(SnapshotFile file) => JsonSerializer.Serialize(file, Json);

    /// <summary>A job as it stands in a file.</summary>
    /// <param name="job">Its name.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="submitted">Its place in the order of submission.</param>
    /// <param name="assignment">What it holds, or null.</param>
    /// <param name="layout">The hall that the assignment's indexes are of.</param>
    public static SnapshotJob JobOf(JobId job, JobSpec spec, long submitted, Assignment? assignment, HallLayout layout) => new()
    {
        Manifest = ManifestWriter.ToJson(JobSpecs.ToManifest(job.Value, spec)),
        Submitted = submitted,
        PowerPercent = assignment?.PowerPercent ?? 100,
        Tasks = [.. (assignment?.Tasks ?? []).Select(task => new SnapshotTask(
            spec.Groups[task.Group].Name, task.Task, layout.Nodes[task.Node].Id.Value, [.. task.Gpus], task.GpuMilli, task.Slot))],
    };

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="SnapshotException">The text is not a snapshot, or names something that it does not hold.</exception>
    public static HallSnapshot Read(string text, string name)
    {
        SnapshotFile file;
        try
        {
            file = JsonSerializer.Deserialize<SnapshotFile>(text, Json) ?? throw new SnapshotException($"{name}: is empty; write one with 'factoryctl snapshot'.");
        }
        catch (JsonException fault)
        {
            throw new SnapshotException($"{name}:{(fault.LineNumber ?? 0) + 1}: is not a snapshot: {fault.Message}");
        }
        if (file.Format != SnapshotFile.KnownFormat)
            throw new SnapshotException($"{name}: format: '{file.Format}' is not known; this version reads {SnapshotFile.KnownFormat}.");
        try
        {
            return Restore(file, name);
        }
        catch (InvariantException fault)
        {
            throw new SnapshotException($"{name}: contradicts itself: {fault.Message}");
        }
    }

    private static HallSnapshot Restore(SnapshotFile file, string name)
    {
        var manifests = file.Manifests.SelectMany((manifest, index) => Manifests(manifest, $"{name}: manifests[{index}]")).ToList();
        var factory = FactoryModel.Empty.With(manifests, [], HardwareCatalogue.Default);
        if (factory.Errors.Length > 0)
            throw new SnapshotException($"{name}: {string.Join(Environment.NewLine, factory.Errors)}");
        if (!factory.Model!.Layouts.TryGetValue(file.Hall, out var layout))
            throw new SnapshotException($"{name}: hall: there is no hall '{file.Hall}' among the manifests.");
        var (state, waiting) = (new HallState(layout), new WaitingJobs());
        var nodes = Index(layout.Nodes, node => node.Id.Value);
        List<GpuPolicy> policies = [.. GpuPolicy.DeclaredIn(factory.Model, HardwareCatalogue.Default)];
        for (var index = 0; index < file.Jobs.Count; index++)
            Add(state, waiting, file.Jobs[index], nodes, policies, $"{name}: jobs[{index}]");
        PutConditions(state, file, nodes, name);
        return new HallSnapshot(state, waiting, file.Sequence, file.At) { Policies = policies };
    }

    private static System.Collections.Immutable.ImmutableArray<Manifest> Manifests(JsonObject manifest, string place)
    {
        var reading = ManifestReader.Read(manifest.ToJsonString(), place);
        return reading.Errors.Length == 0 ? reading.Manifests : throw new SnapshotException(string.Join(Environment.NewLine, reading.Errors));
    }

    private static void Add(
        HallState state, WaitingJobs waiting, SnapshotJob job, Dictionary<string, int> nodes, List<GpuPolicy> policies, string place)
    {
        var manifest = Manifests(job.Manifest, place + ".manifest")[0];
        var errors = new List<ManifestError>();
        var spec = manifest.Kind == "Job" ? JobSpecs.From(manifest, HardwareCatalogue.Default, errors) : null;
        if (spec is null)
            throw new SnapshotException($"{place}.manifest: is not a sound job: {string.Join("; ", errors)}");
        var power = JobPower.Resolve(spec, policies, HardwareCatalogue.Default);
        spec = power.Spec ?? throw new SnapshotException($"{place}.manifest: {power.Objection}");
        var id = new JobId(manifest.Name);
        if (!(job.SavedSeconds >= 0) || !(job.DoneSeconds >= job.SavedSeconds) || !double.IsFinite(job.DoneSeconds))
            throw new SnapshotException($"{place}: {job.SavedSeconds} s of its work are saved and {job.DoneSeconds} s done; 0 or more, and as much done as is saved, were expected.");
        if (job.Tasks.Count == 0)
        {
            waiting.Add(new WaitingJob(id, spec, job.Submitted));
            return;
        }
        var groups = Index(spec.Groups, group => group.Name);
        state.Restore(id, spec, new Assignment(job.Tasks.Select(Placement).ToValueList()) { PowerPercent = job.PowerPercent });

        TaskPlacement Placement(SnapshotTask task, int index)
        {
            var group = Find(groups, task.Group, $"{place}.tasks[{index}].group", "task group");
            var node = Find(nodes, task.Node, $"{place}.tasks[{index}].node", "node");
            return new TaskPlacement(group, task.Task, node, task.Gpus.ToValueList(), task.GpuMilli) { Slot = task.Slot };
        }
    }

    private static void PutConditions(HallState state, SnapshotFile file, Dictionary<string, int> nodes, string name)
    {
        var domains = Index(state.Layout.PowerDomains, domain => domain.Id.Value);
        foreach (var (domain, text) in file.PowerLimits)
        {
            if (!Watts.TryParse(text, out var limit) || limit < Watts.Zero)
                throw new SnapshotException($"{name}: powerLimits.{domain}: '{text}' is not a power; give one such as 400kW.");
            state.SetPowerLimit(Find(domains, domain, $"{name}: powerLimits", "power domain"), limit);
        }
        foreach (var (node, condition) in file.Nodes)
        {
            if (!Enum.TryParse<NodeCondition>(condition, ignoreCase: true, out var known))
                throw new SnapshotException($"{name}: nodes.{node}: '{condition}' is not a condition; use ready, cordoned, failed or draining.");
            state.SetNodeCondition(Find(nodes, node, $"{name}: nodes", "node"), known);
        }
        foreach (var gpu in file.FailedGpus)
        {
            var node = Find(nodes, gpu.Node, $"{name}: failedGpus", "node");
            if (gpu.Gpu < 0 || gpu.Gpu >= state.Layout.Nodes[node].Gpus)
                throw new SnapshotException($"{name}: failedGpus: node '{gpu.Node}' has no GPU {gpu.Gpu}.");
            state.SetGpuFailed(node, gpu.Gpu, true);
        }
        var links = Index(state.Layout.Links, link => link.Id.Value);
        foreach (var link in file.DownLinks)
            state.SetLinkUp(Find(links, link, $"{name}: downLinks", "link"), false);
    }

    private static Dictionary<string, int> Index<T>(IReadOnlyList<T> items, Func<T, string> nameOf) =>
        items.Select((item, index) => (Name: nameOf(item), index)).ToDictionary(one => one.Name, one => one.index, StringComparer.Ordinal);

    private static int Find(Dictionary<string, int> known, string name, string place, string kind) =>
        known.TryGetValue(name, out var index) ? index : throw new SnapshotException($"{place}: there is no {kind} '{name}'.");
}
