using System.Diagnostics;
using System.Globalization;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Diagnostics;

namespace ControlPlane.Cli.Diagnostics;

/// <summary>A node whose GPUs are tested.</summary>
/// <param name="Rack">Its rack.</param>
/// <param name="Node">The node.</param>
/// <param name="Gpus">All its GPUs.</param>
/// <param name="MemoryBytes">Memory of each by the catalogue.</param>
internal sealed record DiagnosedNode(string Rack, string Node, IReadOnlyList<string> Gpus, long MemoryBytes);

/// <summary>
/// Tests the GPUs of a node through the factory: each kernel as a job for every GPU, pinned to the node, of the highest
/// priority. Which GPU a job had is read from what it held. A GPU on which a kernel failed gets no more.
/// </summary>
internal sealed class FleetTest(FactoryClient client, string queue, TimeSpan load, TimeSpan patience)
{
    private const int HighestPriority = 1000;

    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(200);
    private static readonly string[] FinalPhases = ["succeeded", "failed", "cancelled", "refused"];

    public async Task<IReadOnlyList<DeviceDiagnosis>> RunAsync(DiagnosedNode node, int level, CancellationToken cancellation)
    {
        var gpus = new Dictionary<string, GpuTest>();
        foreach (var gpu in node.Gpus)
            gpus.Add(gpu, new GpuTest(await Read(gpu)));
        var sound = gpus.Values.FirstOrDefault(gpu => gpu.MayRun);
        var workload = DiagnosticsCriteria.Default.WorkloadOf(sound?.Name ?? "");
        foreach (var run in DiagnosticsPlan.Of(level, workload, node.MemoryBytes))
            await RunOnAll(node, run, gpus, TimeSpan.Zero, cancellation);
        if (level == DiagnosticsPlan.DeepestLevel)
        {
            var rate = gpus.Values.Select(gpu => gpu.MatrixRate).DefaultIfEmpty(0).Max();
            var work = 2e-9 * Math.Pow(workload.BurnMatrix, 3) * (workload.BurnRounds + 1);
            var repetitions = (int)Math.Clamp(load.TotalSeconds * rate / work, 1, 100_000);
            await RunOnAll(node, DiagnosticsPlan.Burn(workload, repetitions), gpus, load, cancellation);
            foreach (var gpu in gpus.Values)
                gpu.AddLoad();
        }
        if (level > 1)
        {
            foreach (var (name, gpu) in gpus)
                gpu.AddErrors(await Read(name));
        }
        return [.. gpus.Select(gpu => new DeviceDiagnosis(gpu.Key, gpu.Value.Name, gpu.Value.Lines.ToValueList()))];
    }

    private async Task RunOnAll(DiagnosedNode node, DiagnosticsRun run, Dictionary<string, GpuTest> gpus, TimeSpan lasts, CancellationToken cancellation)
    {
        var open = gpus.Where(gpu => gpu.Value.MayRun).Select(gpu => gpu.Key).ToHashSet(StringComparer.Ordinal);
        var jobs = await Submit(node, run, open.Count, lasts);
        var ended = await Task.WhenAll(jobs.Select(job => UntilOver(job, gpus, lasts, cancellation)));
        foreach (var job in ended.Where(job => job.Kernel is not null && job.HeldGpus.Count == 1 && open.Remove(job.HeldGpus[0])))
            gpus[job.HeldGpus[0]].Add(run, job.Kernel!);
        var why = ended.FirstOrDefault(job => job.Kernel is null)?.Message ?? "its jobs ran on other GPUs of the node";
        foreach (var gpu in gpus.Keys.Where(gpu => open.Contains(gpu) || !gpus[gpu].Has(run.Check)))
            gpus[gpu].LeaveOut(run.Check, open.Contains(gpu) ? $"no job had it: {why}" : "it was found unfit before");
    }

    private async Task<IReadOnlyList<string>> Submit(DiagnosedNode node, DiagnosticsRun run, int count, TimeSpan lasts)
    {
        // Twice what it should take, for a straggler is to be measured and not cut off.
        var timeout = lasts == TimeSpan.Zero ? TimeSpan.Zero : (2 * lasts) + TimeSpan.FromMinutes(5);
        var spec = new JobSpec(
            new QueueId(queue), HighestPriority, [new TaskGroup("test", 1, 1, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)],
            new TopologyRequest(null, null) { Nodes = [new NodeId(node.Node)] },
            new KernelWork(run.Kernel, run.Sizes.Select(size => new KernelSize(size.Key, size.Value)).ToValueList(), run.Repetitions, true, 42, timeout), null, null)
        {
            Restarts = 0, // The fault is what it looks for.
            IsTest = true,
        };
        var began = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var names = new List<string>();
        for (var number = 0; number < count; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"diag-{node.Node}-{run.Check.Replace(' ', '-')}-{began}-{number}");
            var answer = await client.Submit(new ApplyRequest([new FileBody("diagnosis", ManifestWriter.ToJson(JobSpecs.ToManifest(name, spec)).ToJsonString())]));
            if (answer is not [{ Outcome: "accepted" or "refused" }])
                throw new CommandException(ExitCodes.BadInput, $"{name}: {string.Join(" ", answer.Select(one => one.Message))}");
            names.Add(name);
        }
        return names;
    }

    // Meanwhile the readings of the GPUs are looked at. A job that finds no GPU in time is taken back.
    private async Task<JobResponse> UntilOver(string name, Dictionary<string, GpuTest> gpus, TimeSpan lasts, CancellationToken cancellation)
    {
        var path = "/v1/jobs/" + Uri.EscapeDataString(name);
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(PollPeriod);
        while (true)
        {
            var job = await client.Get<JobResponse>(path);
            if (FinalPhases.Contains(job.Phase))
                return job;
            if (job.StartedAt is null && Stopwatch.GetElapsedTime(began) > patience)
                return await client.Delete<JobResponse>(path) with { Kernel = null, Message = job.Message };
            if (lasts > TimeSpan.Zero && job.HeldGpus is [var held] && gpus.TryGetValue(held, out var gpu))
                gpu.See(await Read(held));
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private Task<GpuResponse> Read(string gpu) => client.Get<GpuResponse>("/v1/gpus/" + Uri.EscapeDataString(gpu));
}
