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
    public async Task Wrong_input_is_told_and_changes_nothing()
    {
        await using var host = await WithDouble("");
        foreach (var (arguments, says) in new (string[], string)[]
        {
            (["diag", "run", "nothing"], "'nothing' is no rack, node or GPU of the hall; its racks are"),
            (["diag", "run", Node, "--level", "0"], "give 1, 2 or 3"),
            (["diag", "run", Node, "--patience", "0"], "--patience 1 to 86400"),
        })
        {
            var ran = await host.Factoryctl(arguments);
            Assert.True(ran.Code == 2 && ran.Errors.Contains(says, StringComparison.Ordinal), ran.ToString());
        }
        Assert.Empty((await host.Get<HealthResponse>($"/v1/halls/hall-a/nodes/{Node}/health")).Sources);
    }

    private static async Task<RunningHost> WithDouble(string fault)
    {
        KernelDeviceTests.RequireNative();
        var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var order = Path.Combine(host.Data, "fault");
        await File.WriteAllTextAsync(order, fault);
        host.StartAgent(Node, new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double", ["FACTORY_DOUBLE_FAULT_FILE"] = order }, "--devices", "cuda");
        await host.Until(async () => (await host.Get<GpuResponse>($"/v1/gpus/{Node}-g0")).Health.StartsWith("healthy", StringComparison.Ordinal), "the agent did not connect");
        return host;
    }
}
