using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

/// <summary>Probes as leases: what a device makes of a model's shape.</summary>
public sealed class ProbeTests
{
    private static readonly (string, string)[] Card = [("MILLIWATTS", "650000"), ("LIMIT_RANGE", "200000:700000"), ("MILLIJOULES", "5000")];

    [SkippableTheory]
    [InlineData("cpu")]
    [InlineData("cuda")]
    public async Task Every_point_is_reported(string devices)
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, devices);
        var stream = await host.AcceptAsync();
        var report = await stream.RunAsync(Lease(1));
        Assert.True(report.Succeeded, report.Error);
        Assert.Equal([("decode", 1u, 16u), ("decode", 2u, 16u), ("prefill", 1u, 4u)], report.Points.Select(point => (point.Phase, point.Batch, point.Tokens)));
        Assert.All(report.Points, point => Assert.True(point is { TokensPerSecond: > 0, HasJoulesPerToken: false }));
        Assert.Equal((report.Points.Take(2).Max(point => point.TokensPerSecond), "tokens/s"), (report.Rate, report.RateUnit));
    }

    [SkippableFact]
    public async Task It_measures_under_several_limits_which_are_given_back()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWithSensors(host, Card);
        var stream = await host.AcceptAsync();
        var report = await stream.RunAsync(Lease(1, 100, 50));
        Assert.Equal([700.0, 700, 700, 350, 350, 350], report.Points.Select(point => point.LimitWatts));
        Assert.All(report.Points, point => Assert.True(point is { HasJoulesPerToken: true, JoulesPerToken: 0 })); // The double's meter stands still.
        await stream.SampleAsync(sample => sample.LimitWatts == 700);
    }

    [SkippableFact]
    public async Task Nothing_is_measured_under_a_cap_that_is_said_to_be_of_a_higher_limit()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWithSensors(host, Card);
        var stream = await host.AcceptAsync();
        await stream.SampleAsync(sample => sample.LimitWatts == 700);
        var lease = Lease(1, 50, 100);
        lease.CapWatts = 400;
        var report = await stream.RunAsync(lease);
        Assert.Equal((false, "not-permitted"), (report.Succeeded, report.ErrorCode));
        Assert.Contains("was to be 700 W and is 400 W", report.Error, StringComparison.Ordinal);
        await stream.SampleAsync(sample => sample.LimitWatts == 700);
        var within = Lease(2, 50);
        within.CapWatts = 400;
        Assert.All((await stream.RunAsync(within)).Points, point => Assert.Equal(350, point.LimitWatts));
    }

    [SkippableFact]
    public async Task What_cannot_be_measured_is_refused_with_the_reason()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        var lease = Lease(1);
        lease.Probe.Model.KeyValueHeads = 3;
        var report = await stream.RunAsync(lease);
        Assert.Equal("bad-parameter", report.ErrorCode);
        Assert.Contains("do not divide 4 heads", report.Error, StringComparison.Ordinal);
        Assert.Contains("no power limit", (await stream.RunAsync(Lease(2, 50))).Error, StringComparison.Ordinal);
    }

    private static Lease Lease(long generation, params uint[] limits) => new()
    {
        Job = "probe",
        Generation = generation,
        Probe = new ProbeWork { Model = new() { Name = "tiny", Layers = 2, Hidden = 32, Heads = 4, KeyValueHeads = 2, HeadWidth = 16, FeedForward = 48, Vocabulary = 100 }, Batches = { 1, 2 }, Context = 16, Prompt = 4, Repetitions = 1, LimitPercents = { limits } },
    };
}
