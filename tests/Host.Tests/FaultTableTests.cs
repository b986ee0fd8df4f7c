using System.Diagnostics;
using System.Globalization;
using System.Text;
using ControlPlane.Api;
using Xunit.Abstractions;

namespace ControlPlane.Host.Tests;

/// <summary>
/// Every fault that a node may meet, one after another on one factory: what it does to its job and its device, how soon it is
/// known and how soon work is done there again. On another node a job runs through all of it.
/// </summary>
public class FaultTableTests(ITestOutputHelper output)
{
    private const string Node = "local-01-n00";
    private const string Gpu = Node + "-g0";
    private const string OtherNode = "other-01-n00";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8); // Longer than a host takes to start.

    private readonly StringBuilder _table = new($"{"fault",-24}{"the job",-34}{"the device",-12}{"known",8}{"well again",12}\n");
    private int _jobs;

    [SkippableFact]
    public async Task No_fault_takes_the_host_or_another_node_s_work_down()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start(
            new Dictionary<string, string> { ["Factory__AgentTimeout"] = Patience.ToString() }, "--workload", "false", "--start-agent", "false");
        await using var cable = new Cable(host.AgentPort);
        await AddOtherNode(host);
        // A kernel that takes for ever, and no processor from the rest.
        host.StartAgent(
            OtherNode, new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double", ["FACTORY_DOUBLE_FAULT"] = "hang" }, "--devices", "cuda", "--journal", Path.Combine(host.Data, "other-journal"));
        await Submit(host, "bystander", OtherNode, "name: triad, sizes: {n: 5000}, timeout: 10h");
        await host.Until(async () => (await Job(host, "bystander")).Phase == "running", "the other node's job does not run");
        var bystander = await Job(host, "bystander");

        foreach (var (fault, code, health) in DriverFaults)
            await Driver(host, cable, fault, code, health);
        foreach (var (name, variable, value, why) in Openings)
            await NotOpening(host, cable, name, variable, value, why);
        await SensorsGone(host, cable);
        await FullDisk(host, cable);
        await AgentKilled(host, cable);
        await NetworkCut(host, cable);
        await HostKilled(host, cable);

        var still = await Job(host, "bystander");
        output.WriteLine(_table.ToString());
        Console.WriteLine(_table);
        Assert.Equal(("running", bystander.Attempts, bystander.Generation), (still.Phase, still.Attempts, still.Generation));
    }

    private static (string Fault, string Code, string Health)[] DriverFaults =>
    [
        ("illegal-address", "cuda-700", "degraded"), ("misaligned", "cuda-716", "degraded"), ("launch-timeout", "cuda-702", "degraded"),
        ("hang", "timed-out", "degraded"), ("crash", "executor-crashed", "degraded"), ("out-of-memory", "cuda-2", "healthy"),
        ("ecc", "cuda-214", "failed"), ("device-lost", "cuda-46", "failed"),
    ];

    private static (string Name, string Variable, string Value, string Why)[] Openings =>
    [
        ("driver missing", "FACTORY_CUDA_LIBRARY", "/nonexistent/libcuda.so", "does not load"),
        ("driver too old", "FACTORY_DOUBLE_DRIVER_VERSION", "10020", "the driver is for CUDA 10.2"),
        ("PTX refused", "FACTORY_DOUBLE_PTX_REFUSED", "1", "refuses the kernels"),
    ];

    private async Task Driver(RunningHost host, Cable cable, string fault, string code, string health)
    {
        var order = Path.Combine(host.Data, "fault");
        await host.StopAgents(Node); // What a device met before is forgotten with its agent.
        await Connect(host, cable, new() { ["FACTORY_DOUBLE_FAULT_FILE"] = order });
        await File.WriteAllTextAsync(order, fault);
        var job = Next(fault);
        await Submit(host, job, Node, "name: triad, sizes: {n: 5000}, repetitions: 1, timeout: 3s", "restarts: 0");
        await host.Until(() => Task.FromResult(!File.Exists(order)), () => $"{fault} did not strike");
        var watch = Stopwatch.StartNew();
        await host.Until(async () => (await Job(host, job)).Phase == "failed", $"{fault} was not told");
        Assert.StartsWith(code, (await Job(host, job)).Message, StringComparison.Ordinal);
        await host.Until(async () => (await Device(host)).StartsWith(health, StringComparison.Ordinal), $"{fault}: the device did not become {health}");
        var known = watch.Elapsed;
        if (health == "failed")
        {
            await host.StopAgents(Node);
            await Connect(host, cable, []);
        }
        Row(fault, $"failed: {code}", health, known, await WellAgain(host, watch));
    }

    private async Task NotOpening(RunningHost host, Cable cable, string name, string variable, string value, string why)
    {
        await host.StopAgents(Node);
        var watch = Stopwatch.StartNew();
        Start(host, cable, new() { [variable] = value });
        await host.Until(
            async () => (await Device(host)).Contains(why, StringComparison.Ordinal) || (await Closed(host))?.Contains("Devices (agent)", StringComparison.Ordinal) == true, $"{name} was not told");
        var known = watch.Elapsed;
        var job = Next(name.Replace(' ', '-').ToLowerInvariant());
        await Submit(host, job, Node, "name: triad, sizes: {n: 5000}, repetitions: 1");
        // The hall hears of it with the rack's next report: until then the agent refuses, and the job waits again.
        Assert.Contains((await Job(host, job)).Phase, (string[])["waiting", "placed"]);
        Assert.Contains(why, (await host.Factoryctl("health", Node)).Output + await Device(host), StringComparison.Ordinal);
        await host.StopAgents(Node);
        watch.Restart();
        await Connect(host, cable, []);
        await host.Until(async () => (await Job(host, job)).Phase == "succeeded", () => $"{name}: what waited was not done");
        Row(name, "waits, then done", "none", known, watch.Elapsed);
    }

    private async Task SensorsGone(RunningHost host, Cable cable)
    {
        await host.StopAgents(Node);
        var watch = Stopwatch.StartNew();
        await Connect(host, cable, new() { ["FACTORY_NVML_LIBRARY"] = "/nonexistent/libnvidia-ml.so" });
        Assert.Null((await host.Get<GpuResponse>("/v1/gpus/" + Gpu)).PowerWatts);
        Row("NVML gone", "done", "healthy", watch.Elapsed, await WellAgain(host, watch));
    }

    private async Task FullDisk(RunningHost host, Cable cable)
    {
        await host.StopAgents(Node);
        await Connect(host, cable, []);
        var journal = Path.Combine(host.Data, "journal");
        Directory.CreateDirectory(journal + ".new"); // Where the next journal would be written.
        var watch = Stopwatch.StartNew();
        var job = Next("full-disk");
        await Submit(host, job, Node, "name: triad, sizes: {n: 5000}, repetitions: 1");
        await host.Until(async () => (await Device(host)).Contains("journal cannot be written", StringComparison.Ordinal), "the full disk was not told");
        var known = watch.Elapsed;
        Directory.Delete(journal + ".new");
        await host.StopAgents(Node);
        watch.Restart();
        await Connect(host, cable, []);
        await host.Until(async () => (await Job(host, job)).Phase == "succeeded", "what the journal could not hold was not done");
        Row("disk full (journal)", "waits, then done", "failed", known, watch.Elapsed);
    }

    private async Task AgentKilled(RunningHost host, Cable cable)
    {
        var job = await Hung(host, cable, "agent-killed");
        await host.StopAgents(Node);
        var watch = Stopwatch.StartNew();
        await Connect(host, cable, []);
        await host.Until(async () => (await Job(host, job)).Attempts == 2, "the agent's end was not told");
        var known = watch.Elapsed;
        await host.Until(async () => (await Job(host, job)).Phase == "succeeded", "the work was not done again");
        Row("agent kill -9", "done again", "healthy", known, watch.Elapsed);
    }

    private async Task NetworkCut(RunningHost host, Cable cable)
    {
        var job = await Hung(host, cable, "cut-off");
        cable.Cut(true, true);
        var watch = Stopwatch.StartNew();
        await host.Until(async () => (await Job(host, job)).Phase == "waiting", "the cut was not noticed");
        var known = watch.Elapsed;
        cable.Mend();
        await host.Until(async () => (await Job(host, job)).Phase == "succeeded", "the work was not done again");
        Row("network cut both ways", "done again", "lost", known, watch.Elapsed);
    }

    private async Task HostKilled(RunningHost host, Cable cable)
    {
        await Connect(host, cable, []);
        var job = Next("host-killed");
        await Submit(host, job, Node, "name: burn, sizes: {n: 64, rounds: 2}, repetitions: 200, check: false");
        await host.Until(async () => (await Job(host, job)).Phase is "running" or "succeeded", "the work does not run");
        await host.Kill();
        var watch = Stopwatch.StartNew();
        await host.Launch();
        var known = watch.Elapsed;
        JobResponse? last = null;
        await host.Until(async () => (last = await Job(host, job)).Phase == "succeeded", () => $"the work's end was not heard: {last}\n{_table}");
        Assert.Equal(1, (await Job(host, job)).Attempts);
        Row("host kill -9", "goes on, done once", "healthy", known, watch.Elapsed);
    }

    /// <summary>A job whose kernel hangs.</summary>
    private async Task<string> Hung(RunningHost host, Cable cable, string name)
    {
        await host.StopAgents(Node);
        var order = Path.Combine(host.Data, "fault");
        await Connect(host, cable, new() { ["FACTORY_DOUBLE_FAULT_FILE"] = order });
        await File.WriteAllTextAsync(order, "hang");
        var job = Next(name);
        await Submit(host, job, Node, "name: triad, sizes: {n: 5000}, repetitions: 1, timeout: 1h");
        await host.Until(() => Task.FromResult(!File.Exists(order)), "the kernel does not hang");
        return job;
    }

    private static void Start(RunningHost host, Cable cable, Dictionary<string, string> environment)
    {
        environment.TryAdd("FACTORY_CUDA_LIBRARY", "double");
        host.StartAgent(Node, cable.Port, environment, "--devices", "cuda", "--journal", Path.Combine(host.Data, "journal"));
    }

    /// <summary>Has an agent for the node where none is, and the GPU open.</summary>
    private static async Task Connect(RunningHost host, Cable cable, Dictionary<string, string> environment)
    {
        if (!host.HasAgent(Node))
            Start(host, cable, environment);
        await host.Until(async () => !(await Device(host)).StartsWith("unknown", StringComparison.Ordinal) && !(await Device(host)).StartsWith("failed", StringComparison.Ordinal), "the agent is not heard");
        await host.Until(
            async () =>
            {
                await host.Factoryctl("set", "gpu", Gpu, "ready");
                return await Closed(host) is null && (await host.Get<HallResponse>("/v1/halls/hall-a")).Racks.Single(rack => rack.Rack == "local-01").LeasedGpus == 0;
            },
            "the node stays closed");
    }

    private async Task<TimeSpan> WellAgain(RunningHost host, Stopwatch watch)
    {
        var job = Next("next");
        await Submit(host, job, Node, "name: triad, sizes: {n: 5000}, repetitions: 1");
        await host.Until(async () => (await Job(host, job)).Phase is "succeeded" or "failed", $"the work after a fault does not end:\n{_table}");
        Assert.Equal("succeeded", (await Job(host, job)).Phase);
        return watch.Elapsed;
    }

    private static async Task Submit(RunningHost host, string name, string node, string kernel, string more = "")
    {
        var manifest = Path.Combine(host.Data, name + ".yaml");
        await File.WriteAllTextAsync(manifest, $$"""
            apiVersion: factory/v1
            kind: Job
            metadata: {name: {{name}}}
            spec:
              queue: research
              tasks: [{gpus: 1}]
              topology: {nodes: [{{node}}]}
              kernel: {{{kernel}}}
              {{more}}
            """);
        var submitted = await host.Factoryctl("submit", "-f", manifest);
        Assert.True(submitted.Code == 0, submitted.ToString());
    }

    private static async Task AddOtherNode(RunningHost host)
    {
        var manifest = Path.Combine(host.Data, "other.yaml");
        await File.WriteAllTextAsync(manifest, """
            apiVersion: factory/v1
            kind: Rack
            metadata: {name: other}
            spec: {hall: hall-a, type: agent-cpu, row: 3, powerDomain: ups-a2, airZone: air-1, devices: agent}
            """);
        var applied = await host.Factoryctl("apply", "-f", manifest);
        Assert.True(applied.Code == 0, applied.ToString());
    }

    private static Task<JobResponse> Job(RunningHost host, string name) => host.Get<JobResponse>("/v1/jobs/" + name);

    private static async Task<string> Device(RunningHost host) => (await host.Get<GpuResponse>("/v1/gpus/" + Gpu)).Health;

    private static async Task<string?> Closed(RunningHost host) =>
        (await host.Get<HallResponse>("/v1/halls/hall-a")).Racks.SelectMany(rack => rack.Closed ?? []).FirstOrDefault(node => node.Node == Node)?.Because;

    private string Next(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}-{++_jobs}");

    private void Row(string fault, string job, string device, TimeSpan known, TimeSpan well) => _table.AppendLine(
        string.Create(CultureInfo.InvariantCulture, $"{fault,-24}{job,-34}{device,-12}{known.TotalSeconds,6:0.00} s{well.TotalSeconds,10:0.00} s"));
}
