using System.Diagnostics;

using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

/// <summary>Ranks of a collective on real agents and their executors: how they meet, what they measure, and a rank that dies.</summary>
public sealed class CollectiveJobTests
{
    [SkippableTheory]
    [InlineData("cpu", CollectiveKind.AllReduce)]
    [InlineData("cpu", CollectiveKind.AllGather)]
    [InlineData("cuda", CollectiveKind.Broadcast)]
    public async Task Two_ranks_meet_and_come_to_the_same_checked_bits(string devices, CollectiveKind operation)
    {
        await using var host = await FakeHost.StartAsync();
        await using var first = RunningAgent.Start(host, devices);
        await using var second = RunningAgent.Start(host, devices);
        var ranks = new[] { await host.AcceptAsync(), await host.AcceptAsync() };
        await StartAsync(ranks, LeaseOf("sum", operation, 1_000_000, 3));

        var reports = await Task.WhenAll(ranks.Select(rank => rank.ReportAsync()));

        Assert.All(reports, report => Assert.True(report is { Succeeded: true, Checked: true, Rate: > 0, RateUnit: "GB/s bus", Repetitions: 3 }, report.ToString()));
        Assert.Equal(reports[0].Checksum, reports[1].Checksum);
        Assert.Contains("of 1000000 bytes over 2 ranks, sent through shared memory", reports[0].Remark, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_killed_rank_reports_its_crash_and_the_other_names_it_soon_after()
    {
        await using var host = await FakeHost.StartAsync();
        await using var first = RunningAgent.Start(host, "cpu");
        var stays = await host.AcceptAsync();
        await using var second = RunningAgent.Start(host, "cpu");
        var dies = await host.AcceptAsync();
        await StartAsync([stays, dies], LeaseOf("sum", CollectiveKind.AllReduce, 4_000_000, 1_000_000));
        await stays.SampleAsync(sample => sample.JobMemoryBytes > 0);

        Process.GetProcessById(second.Executor()).Kill();

        var crash = await dies.ReportAsync();
        Assert.Equal("executor-crashed", crash.ErrorCode);
        var broken = await stays.ReportAsync();
        Assert.Equal("ring-broken", broken.ErrorCode);
        Assert.Contains("rank 1 (rack-t-n00 device 0)", broken.Error, StringComparison.Ordinal);
        // The executor that stays is as good as before.
        await stays.AcknowledgeAsync(broken);
        Assert.True((await stays.RunAsync(RunningAgent.Lease("next", 2))).Succeeded);
    }

    [SkippableFact]
    public async Task Stopped_ranks_end_whether_they_have_met_or_wait()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        Assert.True((await stream.LeaseAsync(LeaseOf("alone", CollectiveKind.AllReduce, 400, 1)(0))).Accepted);
        await stream.RingJoinAsync();
        await stream.SendAsync(new() { Stop = new() { Job = "alone", Generation = 1 } });
        Assert.Equal("stopped", (await stream.ReportAsync()).ErrorCode);
    }

    [SkippableFact]
    public async Task Parts_that_cannot_be_are_refused_with_the_reason()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        var lease = LeaseOf("odd", CollectiveKind.AllReduce, 401, 1)(0);
        var report = await stream.RunAsync(lease);
        Assert.Equal("bad-parameter", report.ErrorCode);
        Assert.Contains("bytes is 401", report.Error, StringComparison.Ordinal);
        lease = LeaseOf("outside", CollectiveKind.AllReduce, 400, 1)(5);
        lease.Generation = 2;
        Assert.Contains("no rank 5 of 2", (await stream.RunAsync(lease)).Error, StringComparison.Ordinal);
    }

    private static async Task StartAsync(FakeHost.Stream[] ranks, Func<int, Lease> leaseOf)
    {
        var ring = new RingRanks { Job = leaseOf(0).Job, Generation = leaseOf(0).Generation };
        for (var rank = 0; rank < ranks.Length; rank++)
        {
            Assert.True((await ranks[rank].LeaseAsync(leaseOf(rank))).Accepted);
            var join = await ranks[rank].RingJoinAsync();
            Assert.Equal(((uint)rank, (uint)ranks.Length), (join.Rank, join.Ranks));
            ring.Peers.Add(join.Peer);
        }
        foreach (var rank in ranks)
            await rank.SendAsync(new() { Ring = ring });
    }

    private static Func<int, Lease> LeaseOf(string job, CollectiveKind operation, long bytes, uint repetitions) => rank => new()
    {
        Job = job,
        Generation = 1,
        Collective = new() { Operation = operation, Bytes = bytes, Repetitions = repetitions, Check = true, Seed = 5, Rank = (uint)rank, Ranks = 2 },
    };
}
