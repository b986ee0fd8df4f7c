using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>Collectives as jobs, by factoryctl: ranks on two nodes, what they measured at the trunks between them, and refusals.</summary>
public sealed class CollectiveCommandTests
{
    private const string Racks = """
        apiVersion: factory/v1
        kind: Fabric
        metadata: {name: fabric-b}
        spec: {hall: hall-a, type: ethernet, racksPerLeaf: 1, leafUplink: 1.6Tbps, leavesPerSpine: 4}
        ---
        apiVersion: factory/v1
        kind: Rack
        metadata: {name: peer}
        spec: {hall: hall-a, type: agent-h100, count: 2, row: 3, powerDomain: ups-a2, airZone: air-1, fabric: fabric-b, devices: agent}
        """;

    [SkippableFact]
    public async Task A_gang_s_all_reduce_is_measured_and_shown_with_the_trunks_it_crossed()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        await WithAgents(host);

        var ran = await host.Factoryctl("submit", "--wait", "-o", "json", "-f", await Manifest(host, "sum-up", "bytes: 4000000, repetitions: 5"));

        Assert.True(ran.Code == 0, ran + host.Log);
        var job = JsonSerializer.Deserialize<JobResponse>(ran.Output, JsonSerializerOptions.Web)!;
        Assert.True(job.Kernel is { RateUnit: "GB/s bus", Rate: > 0, Checked: true, Repetitions: 5 }, job.ToString());
        Assert.Contains("GB/s bus bandwidth: all-reduce of 4000000 bytes over 2 ranks", job.Message, StringComparison.Ordinal);
        var trunks = (await host.Get<HallResponse>("/v1/halls/hall-a")).Links.Where(link => link.Link.StartsWith("fabric-b", StringComparison.Ordinal)).ToList();
        var rings = await Task.WhenAll(trunks.Select(trunk => host.Get<LinkStatusResponse>($"/v1/halls/hall-a/links/{trunk.Link}")));
        Assert.Contains(rings, link => link.Ring is { Job: "sum-up", BusGigabytesPerSecond: > 0 });
        var shown = await host.Factoryctl("link", rings.First(link => link.Ring is not null).Link);
        Assert.Contains("GB/s bus bandwidth by sum-up: all-reduce", shown.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_gang_whose_rank_is_killed_begins_again_as_often_as_its_job_says()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        await WithAgents(host);
        var submitted = await host.Factoryctl("submit", "-f", await Manifest(host, "struck", "bytes: 4000000, repetitions: 5000", "restarts: 1"));
        Assert.True(submitted.Code == 0, submitted + host.Log);
        JobResponse? job = null;
        await host.Until(async () => (job = await host.Get<JobResponse>("/v1/jobs/struck")) is { Phase: "running" } && host.Executors("peer-02-n00").Count == 1, "the ranks do not run");

        System.Diagnostics.Process.GetProcessById(host.Executors("peer-02-n00")[0]).Kill();

        await host.Until(async () => (job = await host.Get<JobResponse>("/v1/jobs/struck")) is { Phase: "succeeded" or "failed" }, "the job did not end");
        Assert.True(job is { Phase: "succeeded", Attempts: 2 }, job + host.Log);
    }

    [Fact]
    public async Task A_collective_that_cannot_be_is_refused_with_line_and_field()
    {
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var refused = await host.Factoryctl("submit", "-f", await Manifest(host, "odd", "bytes: 4000001, repetitions: 5", "restarts: 1", tasks: "{count: 2, gpus: 2}"));
        Assert.Equal(2, refused.Code);
        Assert.Contains("spec.collective.bytes: 4000001 bytes are not whole floats", refused.ToString(), StringComparison.Ordinal);
        Assert.Contains("spec.tasks: the ranks of a collective are tasks of one whole GPU", refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task WithAgents(RunningHost host)
    {
        var file = Path.Combine(host.Data, "peers.yaml");
        await File.WriteAllTextAsync(file, Racks);
        var applied = await host.Factoryctl("apply", "-f", file);
        Assert.True(applied.Code == 0, applied + host.Log);
        foreach (var node in (string[])["peer-01-n00", "peer-02-n00"])
            host.StartAgent(node, new Dictionary<string, string>(), "--devices", "cpu");
        await host.Until(
            async () => (await host.Get<GpuResponse>("/v1/gpus/peer-01-n00-g0")).Device is not null && (await host.Get<GpuResponse>("/v1/gpus/peer-02-n00-g0")).Device is not null,
            "the agents did not connect");
    }

    private static async Task<string> Manifest(
        RunningHost host, string name, string collective, string more = "restarts: 0", string tasks = "{count: 2, gpus: 1, gpuModels: [H100-SXM5-80GB], networkPerGpu: 10Gbps}")
    {
        var file = Path.Combine(host.Data, name + ".yaml");
        await File.WriteAllTextAsync(file, $$"""
            apiVersion: factory/v1
            kind: Job
            metadata: {name: {{name}}}
            spec:
              queue: research
              {{more}}
              topology: {nodes: [peer-01-n00, peer-02-n00]}
              tasks: [{{tasks}}]
              collective: { {{collective}} }
            """);
        return file;
    }
}
