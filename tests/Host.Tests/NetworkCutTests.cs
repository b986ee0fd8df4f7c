using System.Diagnostics;
using ControlPlane.Api;
using Xunit.Abstractions;

namespace ControlPlane.Host.Tests;

/// <summary>The network between a node and the host is cut while a kernel runs: the agent stops it before the host gives it away.</summary>
public class NetworkCutTests(ITestOutputHelper output)
{
    private const string Node = "local-01-n00";

    [SkippableTheory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Work_behind_a_cut_stops_before_its_node_counts_as_lost_and_is_done_once_the_network_is_back(bool there, bool back)
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start(
            new Dictionary<string, string> { ["Factory__AgentTimeout"] = "00:00:03" }, "--workload", "false", "--start-agent", "false");
        await using var cable = new Cable(host.AgentPort);
        var order = Path.Combine(host.Data, "fault");
        await File.WriteAllTextAsync(order, "hang");
        host.StartAgent(
            Node, cable.Port, new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double", ["FACTORY_DOUBLE_FAULT_FILE"] = order }, "--devices", "cuda", "--kernel-timeout", "600");
        var submitted = host.Factoryctl("kernel", "triad", "--size", "n=5000", "--job", "cut-off");
        await host.Until(() => Task.FromResult(!File.Exists(order)), "the kernel does not run");

        cable.Cut(there, back);
        var watch = Stopwatch.StartNew();
        await host.Until(() => Task.FromResult(host.Log.Contains("Work is stopped: no host has answered for 3 s", StringComparison.Ordinal)), "the agent goes on");
        var stopped = watch.Elapsed;
        Assert.Null(await ClosedAsync(host)); // Four seconds lie between the two.
        await host.Until(async () => await ClosedAsync(host) is not null, "the host does not notice");
        output.WriteLine($"stopped after {stopped.TotalSeconds:0.0} s, counted as lost after {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.Contains("agent is not heard", (await ClosedAsync(host))!.Because, StringComparison.Ordinal);
        Assert.Equal("waiting", (await host.Get<JobResponse>("/v1/jobs/cut-off")).Phase);

        watch.Restart();
        cable.Mend();
        var ended = await submitted;
        output.WriteLine($"done {watch.Elapsed.TotalSeconds:0.0} s after the network was back");
        Assert.True(ended.Code == 0, ended + host.Log);
        Assert.Null(await ClosedAsync(host));
    }

    private static async Task<ClosedNodeResponse?> ClosedAsync(RunningHost host) =>
        (await host.Get<HallResponse>("/v1/halls/hall-a")).Racks.SelectMany(rack => rack.Closed ?? []).FirstOrDefault(node => node.Node == Node);
}
