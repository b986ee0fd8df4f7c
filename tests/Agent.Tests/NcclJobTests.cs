using System.Diagnostics;

using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

/// <summary>Gangs over several devices of one agent and of several, by the doubles of CUDA and NCCL.</summary>
public sealed class NcclJobTests
{
    private static readonly (string, string)[] Nccl = [("FACTORY_NCCL_LIBRARY", "double")];

    [SkippableFact]
    public async Task Four_devices_of_one_agent_sum_by_NCCL()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWith(host, "cuda", [.. Devices(4), .. Nccl]);
        var stream = await host.AcceptAsync();
        await StartAsync([.. Enumerable.Range(0, 4).Select(device => (stream, (uint)device))], CollectiveKind.AllReduce, 3);

        var reports = await stream.ReportsAsync(4);

        Assert.All(reports, report => Assert.True(report is { Succeeded: true, Checked: true, Rate: > 0, RateUnit: "GB/s bus", Repetitions: 3 }, report.ToString()));
        Assert.Single(reports.Select(report => report.Checksum).Distinct());
        Assert.All(reports, report => Assert.Equal("all-reduce of 1000000 bytes over 4 ranks, sent through NCCL 2.23.4", report.Remark));
    }

    [SkippableFact]
    public async Task Two_devices_each_of_two_agents_gather_by_NCCL()
    {
        await using var host = await FakeHost.StartAsync();
        await using var first = RunningAgent.StartWith(host, "cuda", [.. Devices(2, "1"), .. Nccl]);
        var one = await host.AcceptAsync();
        await using var second = RunningAgent.StartWith(host, "cuda", [.. Devices(2, "2"), .. Nccl]);
        var other = await host.AcceptAsync();
        await StartAsync([(one, 0), (one, 1), (other, 0), (other, 1)], CollectiveKind.AllGather, 2);

        WorkReport[] reports = [.. await one.ReportsAsync(2), .. await other.ReportsAsync(2)];

        Assert.All(reports, report => Assert.True(report.Succeeded, report.ToString()));
        Assert.Single(reports.Select(report => report.Checksum).Distinct());
        Assert.All(reports, report => Assert.Contains("over 4 ranks, sent through NCCL 2.23.4", report.Remark, StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("none", "22304", "rank 1 (rack-t-n00 device 0) has none: FACTORY_NCCL_LIBRARY is \"none\"")]
    [InlineData("double", "22005", "rank 1 (rack-t-n00 device 0) has 2.20.5, rank 0 (rack-t-n00 device 0) 2.23.4")]
    [InlineData("double", "20803", "rank 1 (rack-t-n00 device 0) has none: NCCL has version 20803; 21400 or later is needed")]
    public async Task Where_one_rank_has_no_NCCL_or_another_all_take_the_ring_and_say_why(string library, string version, string why)
    {
        await using var host = await FakeHost.StartAsync();
        await using var first = RunningAgent.StartWith(host, "cuda", [.. Devices(1, "1"), .. Nccl]);
        var with = await host.AcceptAsync();
        await using var second = RunningAgent.StartWith(host, "cuda", [.. Devices(1, "2"), ("FACTORY_NCCL_LIBRARY", library), ("FACTORY_DOUBLE_NCCL_VERSION", version)]);
        var without = await host.AcceptAsync();
        await StartAsync([(with, 0), (without, 0)], CollectiveKind.AllReduce, 2);

        WorkReport[] reports = [await with.ReportAsync(), await without.ReportAsync()];

        Assert.All(reports, report => Assert.True(report.Succeeded, report.ToString()));
        Assert.All(reports, report => Assert.EndsWith($"sent through shared memory (not NCCL: {why})", report.Remark, StringComparison.Ordinal));
    }

    // A host, or a rank, from before says nothing of NCCL, compares no bits and orders shared memory otherwise: all do as it can.
    [SkippableFact]
    public async Task What_an_older_host_or_rank_does_not_know_is_not_used()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWith(host, "cuda", [.. Devices(2), .. Nccl]);
        var stream = await host.AcceptAsync();
        await StartAsync([(stream, 0), (stream, 1)], CollectiveKind.Broadcast, 2, peer => peer.Name.EndsWith("device 1", StringComparison.Ordinal) ? Older(peer) : peer);
        var reports = await stream.ReportsAsync(2);
        Assert.All(reports, report => Assert.True(report.Succeeded, report.ToString()));
        Assert.All(reports, report => Assert.EndsWith("sent through TCP (not NCCL: rank 1 (rack-t-n00 device 1) has none)", report.Remark, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_killed_rank_is_named_by_all_that_wait_inside_NCCL_and_the_next_try_succeeds()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWith(host, "cuda", [.. Devices(3), .. Nccl]);
        var stream = await host.AcceptAsync();
        (FakeHost.Stream, uint)[] ranks = [(stream, 0), (stream, 1), (stream, 2)];
        await StartAsync(ranks, CollectiveKind.AllReduce, 1_000_000);
        await stream.SampleAsync(sample => sample.Device == 1 && sample.JobMemoryBytes > 0);

        Process.GetProcessById(agent.Executor("cuda:1")).Kill();

        var reports = await stream.ReportsAsync(3);
        Assert.Equal(["ring-broken", "executor-crashed", "ring-broken"], reports.Select(report => report.ErrorCode));
        Assert.All([reports[0], reports[2]], report => Assert.Contains("rank 1 (rack-t-n00 device 1)", report.Error, StringComparison.Ordinal));

        await StartAsync(ranks, CollectiveKind.AllReduce, 2, generation: 2);
        Assert.All(await stream.ReportsAsync(3), report => Assert.True(report.Succeeded, report.ToString()));
    }

    [SkippableFact]
    public async Task An_error_that_NCCL_shows_later_ends_the_ring_in_the_name_of_its_rank()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWith(host, "cuda", [.. Devices(3), .. Nccl, ("FACTORY_DOUBLE_NCCL_FAULT", "async-error@2:4")]);
        var stream = await host.AcceptAsync();
        await StartAsync([(stream, 0), (stream, 1), (stream, 2)], CollectiveKind.AllReduce, 5);
        var reports = await stream.ReportsAsync(3);
        Assert.All(reports, report => Assert.Equal("ring-broken", report.ErrorCode));
        Assert.All(reports, report => Assert.StartsWith("rank 2 (rack-t-n00 device 2): ncclAllReduce: NCCL's error 6", report.Error, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task The_processors_of_several_agents_are_one_gang()
    {
        await using var host = await FakeHost.StartAsync();
        var agents = Enumerable.Range(0, 3).Select(_ => RunningAgent.Start(host, "cpu")).ToList();
        try
        {
            FakeHost.Stream[] streams = [await host.AcceptAsync(), await host.AcceptAsync(), await host.AcceptAsync()];
            await StartAsync([.. streams.Select(stream => (stream, 0u))], CollectiveKind.AllReduce, 3);
            var reports = await Task.WhenAll(streams.Select(stream => stream.ReportAsync()));
            Assert.All(reports, report => Assert.True(report.Succeeded, report.ToString()));
            Assert.All(reports, report => Assert.Equal("all-reduce of 1000000 bytes over 3 ranks, sent through shared memory", report.Remark));
        }
        finally
        {
            foreach (var agent in agents)
                await agent.DisposeAsync();
        }
    }

    private static (string, string)[] Devices(int count, string node = "0") => [("FACTORY_DOUBLE_DEVICES", $"{count}"), ("FACTORY_DOUBLE_NODE", node)];

    private static RingPeer Older(RingPeer peer) => new() { Address = peer.Address, Secret = peer.Secret, Machine = peer.Machine, Name = peer.Name };

    private static async Task StartAsync(
        (FakeHost.Stream Stream, uint Device)[] ranks, CollectiveKind operation, uint repetitions, Func<RingPeer, RingPeer>? told = null, long generation = 1)
    {
        var ring = new RingRanks { Job = "sum", Generation = generation };
        for (var rank = 0; rank < ranks.Length; rank++)
        {
            var (stream, device) = ranks[rank];
            var lease = new Lease
            {
                Device = device,
                Job = "sum",
                Generation = generation,
                Collective = new() { Operation = operation, Bytes = 1_000_000, Repetitions = repetitions, Check = true, Seed = 5, Rank = (uint)rank, Ranks = (uint)ranks.Length },
            };
            var answer = await stream.LeaseAsync(lease);
            Assert.True(answer.Accepted, answer.Reason);
            var join = await stream.RingJoinAsync(device);
            Assert.Equal((generation, (uint)rank), (join.Generation, join.Rank));
            ring.Peers.Add(told?.Invoke(join.Peer) ?? join.Peer);
        }
        foreach (var (stream, device) in ranks)
        {
            var words = ring.Clone();
            words.Device = device;
            await stream.SendAsync(new() { Ring = words });
        }
    }
}
