using System.Diagnostics;

using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

/// <summary>Caps that an agent holds its devices to, on a double of NVML whose card draws up to 650 W and accepts 200 to 700 W.</summary>
public sealed class PowerTests
{
    private static readonly (string, string)[] Card = [("MILLIWATTS", "650000"), ("LIMIT_RANGE", "200000:700000")];

    [SkippableFact]
    public async Task A_cap_is_set_read_back_and_released_to_what_was_set_before()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWithSensors(host, Card);
        var stream = await host.AcceptAsync();
        var before = await stream.SampleAsync(sample => sample.HasLimitWatts);
        Assert.Equal((700.0, 200.0, 700.0, 650.0), (before.LimitWatts, before.LowestLimitWatts, before.HighestLimitWatts, before.PowerWatts));

        await stream.SendAsync(Hold(3, 400));
        var held = await stream.SampleAsync(sample => sample.LimitWatts == 400);
        Assert.Equal((400.0, ""), (held.PowerWatts, held.LimitDetail));

        await stream.SendAsync(Hold(2, 0)); // Overtaken on the way: nothing.
        await stream.SendAsync(Hold(4, 300));
        Assert.Equal(300, (await stream.SampleAsync(sample => sample.LimitWatts != 400)).LimitWatts);

        await stream.SendAsync(Hold(1, 0, "another activation"));
        Assert.Equal(700, (await stream.SampleAsync(sample => sample.LimitWatts != 300)).LimitWatts);
    }

    [SkippableFact]
    public async Task A_cap_outlives_its_executor_and_the_agent()
    {
        await using var host = await FakeHost.StartAsync();
        await using var first = RunningAgent.StartWithSensors(host, Card);
        var stream = await host.AcceptAsync();
        await stream.SampleAsync(sample => sample.HasLimitWatts);
        await stream.SendAsync(Hold(1, 400));
        await stream.SampleAsync(sample => sample.LimitWatts == 400);

        // The card of the double is new with every executor, as after a reset.
        using (var executor = Process.GetProcessById(first.Executor()))
            executor.Kill();
        await stream.SampleAsync(sample => !sample.HasLimitWatts);
        await stream.RunAsync(RunningAgent.Lease("next", 5));
        await stream.SampleAsync(sample => sample.LimitWatts == 400);

        var folder = await first.KillAsync();
        await using var second = RunningAgent.StartWithSensors(host, folder, Card);
        stream = await host.AcceptAsync();
        Assert.Equal(400, Assert.Single(stream.Hello.Caps).Watts);
        await stream.SampleAsync(sample => sample.LimitWatts == 400);
        await stream.SendAsync(Hold(2, 0));
        await stream.SampleAsync(sample => sample.LimitWatts == 700);
    }

    [SkippableFact]
    public async Task A_cap_below_what_the_card_accepts_is_set_as_low_as_can_be_and_told()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWithSensors(host, Card);
        var stream = await host.AcceptAsync();
        await stream.SampleAsync(sample => sample.HasLimitWatts);
        await stream.SendAsync(Hold(1, 150));
        Assert.Contains("accepts 200 W at least", (await stream.SampleAsync(sample => sample.LimitWatts == 200)).LimitDetail, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("cuda", "by root only")]
    [InlineData("cpu", "no power limit")]
    public async Task A_cap_that_cannot_be_set_is_told_with_the_reason_until_it_is_released(string devices, string why)
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = devices == "cpu" ? RunningAgent.Start(host, devices) : RunningAgent.StartWithSensors(host, [.. Card, ("LIMIT_DENIED", "1")]);
        var stream = await host.AcceptAsync();
        await stream.SampleAsync(sample => sample.HasUtilisation);
        await stream.SendAsync(Hold(1, 400));
        var sample = await stream.SampleAsync(sample => sample.LimitDetail.Length > 0);
        Assert.Contains(why, sample.LimitDetail, StringComparison.Ordinal);
        Assert.Equal(DeviceHealth.Healthy, sample.Health);
        await stream.SendAsync(Hold(2, 0));
        await stream.SampleAsync(sample => sample.LimitDetail.Length == 0);
        Assert.True((await stream.RunAsync(RunningAgent.Lease("works", 2))).Succeeded);
    }

    [SkippableFact]
    public async Task Work_keeps_the_limit_of_its_lease_which_may_change_while_it_runs_and_ends_with_it()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWithSensors(host, Card);
        var stream = await host.AcceptAsync();
        await stream.SampleAsync(sample => sample.LimitWatts == 700);
        agent.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(With(500, RunningAgent.Lease("slower", 1)))).Accepted);
        await agent.FaultStruckAsync(); // The kernel runs, and does not end.
        var slowed = await stream.SampleAsync(sample => sample is { LimitWatts: 500, LeaseCapWatts: 500 });
        Assert.Equal(500, slowed.PowerWatts);

        await stream.SendAsync(Limit("slower", 1, 350));
        await stream.SampleAsync(sample => sample is { LimitWatts: 350, LeaseCapWatts: 350 });
        await stream.SendAsync(Limit("slower", 2, 700)); // Of a lease that it does not hold.
        await stream.SendAsync(Hold(1, 300)); // The lower of both holds.
        await stream.SampleAsync(sample => sample is { LimitWatts: 300, LeaseCapWatts: 350 });
        await stream.SendAsync(Hold(2, 0));
        await stream.SampleAsync(sample => sample is { LimitWatts: 350, LeaseCapWatts: 350 });

        await stream.SendAsync(new ToAgent { Stop = new StopLease { Job = "slower", Generation = 1 } });
        Assert.Equal("stopped", (await stream.ReportAsync()).ErrorCode);
        await stream.SampleAsync(sample => sample is { LimitWatts: 700, LeaseCapWatts: 0 });
        Assert.True((await stream.RunAsync(RunningAgent.Lease("next", 3))).Succeeded);
    }

    [SkippableTheory]
    [InlineData("cpu", "no power limit")]
    [InlineData("denied", "by root only")]
    [InlineData("low", "accepts 200 W at least")]
    public async Task Work_does_not_begin_above_the_limit_that_it_was_counted_at(string card, string why)
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = card switch
        {
            "cpu" => RunningAgent.Start(host, "cpu"),
            "denied" => RunningAgent.StartWithSensors(host, [.. Card, ("LIMIT_DENIED", "1")]),
            _ => RunningAgent.StartWithSensors(host, Card),
        };
        var stream = await host.AcceptAsync();
        var report = await stream.RunAsync(With(card == "low" ? 150 : 500, RunningAgent.Lease("slower", 1)));
        Assert.Equal((false, "no-power-limit"), (report.Succeeded, report.ErrorCode));
        Assert.Contains(why, report.Error, StringComparison.Ordinal);
        Assert.True((await stream.RunAsync(RunningAgent.Lease("next", 2))).Succeeded);
    }

    [SkippableFact]
    public async Task The_limit_of_work_that_died_with_its_agent_does_not_stay_on_the_card()
    {
        await using var host = await FakeHost.StartAsync();
        var limit = Path.GetTempFileName();
        (string, string)[] card = [.. Card, ("LIMIT_FILE", limit)];
        await using var first = RunningAgent.StartWithSensors(host, card);
        var stream = await host.AcceptAsync();
        await stream.SampleAsync(sample => sample.LimitWatts == 700);
        first.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(With(500, RunningAgent.Lease("slower", 1)))).Accepted);
        await stream.SampleAsync(sample => sample.LimitWatts == 500);
        var folder = await first.KillAsync();
        Assert.Equal("500000", await File.ReadAllTextAsync(limit));

        await using var second = RunningAgent.StartWithSensors(host, folder, card);
        stream = await host.AcceptAsync();
        Assert.Empty(stream.Hello.Caps);
        Assert.Equal("interrupted", (await stream.ReportAsync()).ErrorCode);
        await stream.SampleAsync(sample => sample.LimitWatts == 700);
        File.Delete(limit);
    }

    private static Lease With(double watts, Lease lease)
    {
        lease.CapWatts = watts;
        return lease;
    }

    private static ToAgent Limit(string job, long generation, double watts) =>
        new() { Limit = new LimitLease { Job = job, Generation = generation, Watts = watts } };

    private static ToAgent Hold(long revision, double watts, string authority = "hall") =>
        new() { Hold = new HoldPower { Authority = authority, Revision = revision, Caps = { new DeviceCap { Watts = watts } } } };
}
