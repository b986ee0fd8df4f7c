using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>factoryctl diag run: the GPUs of a running factory tested by jobs, and what placement makes of it.</summary>
public class DiagCommandTests
{
    private const string Node = "local-01-n00";

    [SkippableFact]
    public async Task A_sound_node_passes_every_level_and_its_health_says_so()
    {
        await using var host = await WithDouble("");
        var ran = await host.Factoryctl("diag", "run", "local-01", "--level", "3", "--load-seconds", "0");
        Assert.True(ran.Code == 0, ran + host.Log);
        foreach (var check in (string[])["memory patterns", "memory bandwidth", "fp32 matrix rate", "bf16 matrix rate", "free memory", "right under load"])
            Assert.Matches($"(?m)^{check} .* passed", ran.Output);
        Assert.EndsWith("checks were not judged.", ran.Output.Trim(), StringComparison.Ordinal);
        var health = await host.Get<HealthResponse>($"/v1/halls/hall-a/nodes/{Node}/health");
        Assert.Equal(("diagnostics", true), (Assert.Single(health.Sources).Source, health.IsAllocatable));
    }

    [SkippableFact]
    public async Task A_GPU_with_a_bad_bit_fails_and_placement_avoids_its_node()
    {
        await using var host = await WithDouble("bit-flip");
        var ran = await host.Factoryctl("diag", "run", Node + "-g0", "--level", "2");
        Assert.True(ran.Code == 1 && ran.Output.Contains($"FAILED: {Node}-g0.", StringComparison.Ordinal), ran + host.Log);
        Assert.Contains("words differ under \"address in address\"", ran.Output, StringComparison.Ordinal);
        Assert.Contains("it was found unfit before", ran.Output, StringComparison.Ordinal);
        var health = await host.Get<HealthResponse>($"/v1/halls/hall-a/nodes/{Node}/health");
        Assert.Equal((false, "cordoned", Node + "-g0"), (health.IsAllocatable, health.Condition, Assert.Single(health.Alerts).Target));
        // Even a GPU that somebody declares sound takes nothing: the diagnosis keeps its node closed.
        await host.Factoryctl("set", "gpu", Node + "-g0", "ready");
        Assert.Contains("health prevents it: Diagnostics", (await host.Factoryctl("describe", "Rack", "local")).Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_new_rack_is_tested_before_it_takes_work_and_opened_when_all_of_it_has_passed()
    {
        await using var host = await WithDouble("");
        await host.Factoryctl("set", "rack", "local-01", "created");
        var manifest = Path.Combine(host.Data, "job.yaml");
        await File.WriteAllTextAsync(manifest, Manifest("waits"));
        await host.Factoryctl("submit", "-f", manifest);
        Assert.Equal("waiting", (await host.Get<JobResponse>("/v1/jobs/waits")).Phase);

        // A node that health has closed is tested too; what its health says stands until it has passed.
        await host.Factoryctl("health", Node, "--source", "bmc", "--report", await Report(host));
        var held = await host.Factoryctl("diag", "run", "local-01", "--level", "2", "--accept");
        Assert.True(held.Code == 0 && held.Errors.Contains("is accepted and ready", StringComparison.Ordinal), held + host.Log);
        Assert.Equal("waiting", (await host.Get<JobResponse>("/v1/jobs/waits")).Phase); // The BMC's alert still stands.
        await host.Factoryctl("health", Node, "--clear", "bmc");
        await host.Until(async () => (await host.Get<JobResponse>("/v1/jobs/waits")).Phase == "succeeded", "what waited for the rack was not done");
        var again = await host.Factoryctl("diag", "run", "local-01", "--level", "2", "--accept");
        Assert.True(again.Code == 2 && again.Errors.Contains("Rack local-01 is ready", StringComparison.Ordinal), again.ToString());
    }

    [SkippableFact]
    public async Task A_rack_with_a_bad_GPU_is_not_accepted()
    {
        await using var host = await WithDouble("bit-flip");
        await host.Factoryctl("set", "rack", "local-01", "created");
        var ran = await host.Factoryctl("diag", "run", "local-01", "--level", "2", "--accept");
        Assert.True(ran.Code == 1 && ran.Errors.Contains("stays validating", StringComparison.Ordinal), ran + host.Log);
        Assert.Equal("validating", (await host.Get<HallResponse>("/v1/halls/hall-a")).Racks.Single(rack => rack.Rack == "local-01").State);
    }

    [SkippableFact]
    public async Task Wrong_input_is_told_and_changes_nothing()
    {
        await using var host = await WithDouble("");
        foreach (var (arguments, says) in new (string[], string)[]
        {
            (["diag", "run", "nothing"], "'nothing' is no rack, node or GPU of the hall; its racks are"),
            (["diag", "run", Node, "--level", "0"], "give 1, 2 or 3"),
            (["diag", "run", Node, "--patience", "0"], "--patience 1 to 86400"),
            (["diag", "run", "local-01", "--accept"], "--accept needs --level 2 or 3"),
            (["diag", "run", Node, "--level", "2", "--accept"], "--accept is for a whole rack"),
        })
        {
            var ran = await host.Factoryctl(arguments);
            Assert.True(ran.Code == 2 && ran.Errors.Contains(says, StringComparison.Ordinal), ran.ToString());
        }
        Assert.Empty((await host.Get<HealthResponse>($"/v1/halls/hall-a/nodes/{Node}/health")).Sources);
    }

    [SkippableFact]
    public async Task Idle_GPUs_are_tested_in_the_background_where_that_is_asked_for()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start(new Dictionary<string, string> { ["Factory__CheckEvery"] = "1.00:00:00" }, "--workload", "false", "--start-agent", "false");
        Assert.Contains("None was tested", (await host.Factoryctl("diag", "checks")).Output, StringComparison.Ordinal);
        host.StartAgent(Node, new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double" }, "--devices", "cuda");
        await host.Until(async () => (await host.Factoryctl("diag", "checks")).Output.Contains(Node, StringComparison.Ordinal), "the node was not tested");
        Assert.Matches(Node + ".* sound", (await host.Factoryctl("diag", "checks")).Output);
    }

    [SkippableFact]
    public async Task What_a_card_says_of_itself_is_shown_and_judged_by_the_host()
    {
        await using var host = await WithDouble("", ("NVML_LIBRARY", "double"), ("DOUBLE_ECC", "2"), ("DOUBLE_SLOWED", "64"), ("DOUBLE_SM_MEGAHERTZ", "1410"), ("DOUBLE_MILLIJOULES", "7200000000"),
            ("DOUBLE_PCIE", "3:8:4:16:5"), ("DOUBLE_NVLINK", "12:11:2:1000000:2000000"), ("DOUBLE_MEMORY_CELSIUS", "77"), ("DOUBLE_MEMORY_MEGAHERTZ", "1215"));
        await host.Until(async () => (await host.Get<GpuResponse>($"/v1/gpus/{Node}-g0")).UncorrectedErrors == 2, "the readings did not come");
        var shown = (await host.Factoryctl("gpu", Node + "-g0")).Output;
        foreach (var line in (string[])["2 kWh", "1410 MHz", "hardware thermal slowdown", "2 uncorrected", "77 C, 1215 MHz", "8 of 16 lanes, generation 3 of 4, 5 replays",
            "11 of 12 up, 48 replays and recoveries, 48 checksum errors, 1 GB sent, 2 GB received"])
            Assert.Contains(line, shown, StringComparison.Ordinal);
        var ran = await host.Factoryctl("diag", "run", Node, "--level", "1");
        Assert.Equal(1, ran.Code);
        Assert.Matches("(?m)^ECC errors .*failed", ran.Output);
        Assert.Matches("(?m)^slowdown reasons .*failed", ran.Output);
        Assert.Matches("(?m)^PCIe lanes .*failed", ran.Output);
        Assert.Matches("(?m)^NVLinks .*failed", ran.Output);
    }

    private static string Manifest(string name) => $$"""
        apiVersion: factory/v1
        kind: Job
        metadata: {name: {{name}}}
        spec:
          queue: research
          tasks: [{gpus: 1}]
          topology: {nodes: [{{Node}}]}
          kernel:
            name: triad
            sizes: {n: 5000}
        """;

    private static async Task<string> Report(RunningHost host)
    {
        var path = Path.Combine(host.Data, "report.json");
        await File.WriteAllTextAsync(path, $$$"""{"observedAt": "{{{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}}}", "alerts": [{"id": "BmcSensor", "message": "hot", "classifications": ["PreventAllocations"]}]}""");
        return path;
    }

    private static async Task<RunningHost> WithDouble(string fault, params (string Name, string Value)[] more)
    {
        KernelDeviceTests.RequireNative();
        var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var order = Path.Combine(host.Data, "fault");
        await File.WriteAllTextAsync(order, fault);
        var environment = new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double", ["FACTORY_DOUBLE_FAULT_FILE"] = order };
        foreach (var (name, value) in more)
            environment["FACTORY_" + name] = value;
        host.StartAgent(Node, environment, "--devices", "cuda");
        await host.Until(async () => (await host.Get<GpuResponse>($"/v1/gpus/{Node}-g0")).Health.StartsWith("healthy", StringComparison.Ordinal), "the agent did not connect");
        return host;
    }
}
