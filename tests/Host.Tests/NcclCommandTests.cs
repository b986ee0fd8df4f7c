using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>Gangs on nodes of four CUDA devices, by the doubles: on one node and on two, by NCCL, and a rank that is killed inside it.</summary>
public sealed class NcclCommandTests
{
    private const string Rack = """
        apiVersion: factory/v1
        kind: Rack
        metadata: {name: quad}
        spec: {hall: hall-a, type: GB200-NVL72, row: 3, powerDomain: ups-a1, liquidLoop: cdu-1, airZone: air-1, fabric: fabric-a, devices: agent}
        """;

    [SkippableFact]
    public async Task A_gang_on_one_node_and_one_on_two_sum_by_NCCL()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        await WithAgents(host, 2);

        var one = await Run(host, "one-node", 4, "[quad-01-n00]");
        Assert.Contains("GB/s bus bandwidth: all-reduce of 400000 bytes over 4 ranks, sent through NCCL 2.23.4", one.Message, StringComparison.Ordinal);
        Assert.Contains("result checked", one.Message, StringComparison.Ordinal);
        var two = await Run(host, "two-nodes", 6, "[quad-01-n00, quad-01-n01]"); // Which no node holds alone.
        Assert.Contains("over 6 ranks, sent through NCCL 2.23.4", two.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_gang_whose_rank_is_killed_inside_NCCL_begins_again()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        await WithAgents(host, 1);
        var submitted = await host.Factoryctl("submit", "-f", await Manifest(host, "struck", 4, "[quad-01-n00]", "repetitions: 2000, check: true", "restarts: 1"));
        Assert.True(submitted.Code == 0, submitted + host.Log);
        JobResponse? job = null;
        await host.Until(async () => (job = await host.Get<JobResponse>("/v1/jobs/struck")) is { Phase: "running" } && host.Executors("quad-01-n00").Count == 4, "the ranks do not run");

        System.Diagnostics.Process.GetProcessById(host.Executors("quad-01-n00")[2]).Kill();

        await host.Until(async () => (job = await host.Get<JobResponse>("/v1/jobs/struck")) is { Phase: "succeeded" or "failed" }, "the job did not end");
        Assert.True(job is { Phase: "succeeded", Attempts: 2 }, job + host.Log);
        Assert.Contains("sent through NCCL", job!.Message, StringComparison.Ordinal);
    }

    private static async Task<JobResponse> Run(RunningHost host, string name, int tasks, string nodes)
    {
        var ran = await host.Factoryctl("submit", "--wait", "-o", "json", "-f", await Manifest(host, name, tasks, nodes, "repetitions: 3, check: true", "restarts: 0"));
        Assert.True(ran.Code == 0, ran + host.Log);
        return JsonSerializer.Deserialize<JobResponse>(ran.Output, JsonSerializerOptions.Web)!;
    }

    private static async Task WithAgents(RunningHost host, int nodes)
    {
        var file = Path.Combine(host.Data, "quad.yaml");
        await File.WriteAllTextAsync(file, Rack);
        var applied = await host.Factoryctl("apply", "-f", file);
        Assert.True(applied.Code == 0, applied + host.Log);
        for (var node = 0; node < nodes; node++)
        {
            var doubles = new Dictionary<string, string>
            {
                ["FACTORY_CUDA_LIBRARY"] = "double",
                ["FACTORY_NCCL_LIBRARY"] = "double",
                ["FACTORY_DOUBLE_DEVICES"] = "4",
                ["FACTORY_DOUBLE_NODE"] = $"{node}",
            };
            host.StartAgent($"quad-01-n0{node}", doubles, "--devices", "cuda");
            for (var gpu = 0; gpu < 4; gpu++)
                await host.Until(async () => (await host.Get<GpuResponse>($"/v1/gpus/quad-01-n0{node}-g{gpu}")).Device is not null, "the agents did not connect");
        }
    }

    private static async Task<string> Manifest(RunningHost host, string name, int tasks, string nodes, string collective, string more)
    {
        var file = Path.Combine(host.Data, name + ".yaml");
        await File.WriteAllTextAsync(file, $$"""
            apiVersion: factory/v1
            kind: Job
            metadata: {name: {{name}}}
            spec:
              queue: research
              {{more}}
              topology: {nodes: {{nodes}}}
              tasks: [{count: {{tasks}}, gpus: 1}]
              collective: {bytes: 400000, {{collective}}}
            """);
        return file;
    }
}
