using ControlPlane.Agent.Execution;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

/// <summary>What a card's counters say of its health.</summary>
public sealed class SensorHealthTests
{
    [Fact]
    public void Each_thing_is_told_once_and_the_worst_first()
    {
        var health = new SensorHealth();
        Assert.Null(health.Judge(default));
        Assert.Null(health.Judge(new DeviceReadings { UncorrectedErrors = 7, RowsPending = false, RowsFailed = false }));
        Assert.Equal(DeviceHealth.Failed, health.Judge(new DeviceReadings { UncorrectedErrors = 7, RowsPending = true, RowsFailed = true })!.Health);
        Assert.Contains("reset", health.Judge(new DeviceReadings { UncorrectedErrors = 7, RowsPending = true, RowsFailed = true })!.HealthDetail, StringComparison.Ordinal);
        Assert.Null(health.Judge(new DeviceReadings { UncorrectedErrors = 7, RowsPending = true, RowsFailed = true }));
    }

    [Fact]
    public void Only_errors_that_are_new_count_and_a_gap_hides_none()
    {
        var health = new SensorHealth();
        Assert.Null(health.Judge(new DeviceReadings { UncorrectedErrors = 40 }));
        Assert.Null(health.Judge(default)); // Unknown for once.
        Assert.Contains("2 more", health.Judge(new DeviceReadings { UncorrectedErrors = 42 })!.HealthDetail, StringComparison.Ordinal);
        Assert.Null(health.Judge(new DeviceReadings { UncorrectedErrors = 42 }));
        Assert.Null(health.Judge(new DeviceReadings { UncorrectedErrors = 0 })); // The driver was loaded anew.
        Assert.NotNull(health.Judge(new DeviceReadings { UncorrectedErrors = 1 }));
    }

    [Fact]
    public void A_link_that_goes_down_is_told_and_one_that_never_was_up_is_not()
    {
        var health = new SensorHealth();
        DeviceSample? Up(int? links, int lanes = 16) => health.Judge(new DeviceReadings { Links = new() { NvLinks = 18, NvLinksUp = links, PcieLanes = lanes, MostPcieLanes = 16 } });
        Assert.Null(Up(16));
        Assert.Null(Up(null));
        Assert.Contains("3 NVLinks went down", Up(13)!.HealthDetail, StringComparison.Ordinal);
        Assert.Null(Up(13));
        Assert.Null(Up(18));
        Assert.Contains("8 of 16 lanes", Up(18, lanes: 8)!.HealthDetail, StringComparison.Ordinal);
        Assert.Null(Up(18, lanes: 8));
    }

    [SkippableFact]
    public async Task A_fault_that_no_host_has_heard_of_outlives_the_agent()
    {
        await using var host = await FakeHost.StartAsync();
        var xid = Path.Combine(Path.GetTempPath(), "factory-xid-" + Guid.NewGuid().ToString("N"));
        await using var first = RunningAgent.StartWithSensors(host, ("XID_FILE", xid));
        var stream = await host.AcceptAsync();
        await stream.SampleAsync(sample => sample.HasUtilisation);
        await File.WriteAllTextAsync(xid, "79");
        var told = await stream.EventAsync();
        Assert.Equal(("xid", 79u), (told.Kind, told.Code));

        var folder = await first.KillAsync();
        await using var second = RunningAgent.StartWithSensors(host, folder, ("XID_FILE", xid));
        stream = await host.AcceptAsync();
        Assert.Equal(told, await stream.EventAsync());
        await stream.SendAsync(new ToAgent { Welcome = new Welcome { Host = "fake", LeaseTimeoutSeconds = 600, Events = told.Number } });
        // Answered: it is told no more, nor by the next agent.
        using var limit = new CancellationTokenSource(FakeHost.Patience);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await File.ReadAllTextAsync(second.JournalFile, limit.Token)).Contains("xid", StringComparison.Ordinal))
            await look.WaitForNextTickAsync(limit.Token);
    }

    [SkippableTheory]
    [InlineData("ROWS_FAILED", DeviceHealth.Failed)]
    [InlineData("ROWS_PENDING", DeviceHealth.Degraded)]
    public async Task The_host_hears_of_it_without_any_work(string sensor, DeviceHealth health)
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWithSensors(host, ("ROWS_PENDING", "0"), (sensor, "1"));
        var stream = await host.AcceptAsync();
        Assert.Contains("remap", (await stream.SampleAsync(sample => sample.Health == health)).HealthDetail, StringComparison.Ordinal);
        Assert.Equal(health != DeviceHealth.Failed, (await stream.LeaseAsync(RunningAgent.Lease("next", 1))).Accepted);
    }
}
