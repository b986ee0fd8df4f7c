using System.Diagnostics;

using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

public sealed class AgentTests
{
    [SkippableFact]
    public async Task A_kernel_gives_the_same_bits_on_the_processor_and_on_the_driver_double()
    {
        var sums = new List<ulong>();
        foreach (var devices in new[] { "cpu", "cuda" })
        {
            await using var host = await FakeHost.StartAsync();
            await using var agent = RunningAgent.Start(host, devices);
            var stream = await host.AcceptAsync();
            Assert.Equal($"Bearer {RunningAgent.Token}", stream.Authorization);
            Assert.Equal("rack-t-n00", stream.Hello.Node);
            Assert.Equal(1u, stream.Hello.ProtocolVersion);
            var device = Assert.Single(stream.Hello.Devices);
            Assert.Equal((devices, DeviceHealth.Healthy), (device.Kind, device.Health));
            Assert.Empty(stream.Hello.Held);

            var report = await stream.RunAsync(RunningAgent.Lease("job-1", 1, "sgemm"));
            Assert.True(report.Succeeded, report.Error);
            Assert.True(report.Checked);
            Assert.Equal((2u, "GFLOP/s", device.Name), (report.Repetitions, report.RateUnit, report.DeviceName));
            Assert.True(report.Rate > 0 && report.SecondsPerRepetition > 0);
            sums.Add(report.Checksum);
            var sample = await stream.SampleAsync(sample => sample.HasUtilisation);
            Assert.False(sample.HasPowerWatts);
        }
        Assert.Equal(sums[0], sums[1]);
    }

    [SkippableFact]
    public async Task An_older_generation_is_refused_and_a_repeated_lease_is_not_run_twice()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        await stream.RunAsync(RunningAgent.Lease("new", 7));

        var older = await stream.LeaseAsync(RunningAgent.Lease("old", 6));
        Assert.False(older.Accepted);
        Assert.Equal(7, older.CurrentGeneration);
        Assert.Contains("older than 7", older.Reason, StringComparison.Ordinal);
        Assert.False((await stream.LeaseAsync(RunningAgent.Lease("other", 7))).Accepted);
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("new", 7))).Accepted);
        Assert.Contains("no device 3", (await stream.LeaseAsync(new Lease { Device = 3, Job = "x", Generation = 9 })).Reason, StringComparison.Ordinal);

        Assert.Equal("next", (await stream.RunAsync(RunningAgent.Lease("next", 8))).Job);
    }

    [SkippableFact]
    public async Task A_bad_parameter_is_reported_and_harms_nothing()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        var report = await stream.RunAsync(RunningAgent.Lease("bad", 1, "no-such-kernel"));
        Assert.Equal("bad-parameter", report.ErrorCode);
        Assert.Contains("sgemm", report.Error, StringComparison.Ordinal);
        Assert.True((await stream.RunAsync(RunningAgent.Lease("good", 2))).Succeeded);
    }

    [SkippableFact]
    public async Task A_report_is_sent_again_to_the_next_stream_until_acknowledged()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("job-1", 1))).Accepted);
        var first = await stream.ReportAsync();
        stream.Close();

        stream = await host.AcceptAsync();
        var again = await stream.ReportAsync();
        Assert.Equal(first, again);
        await stream.AcknowledgeAsync(again);
        Assert.Equal("job-2", (await stream.RunAsync(RunningAgent.Lease("job-2", 2))).Job);
    }

    [SkippableFact]
    public async Task A_new_agent_goes_on_from_the_journal_of_the_old_one()
    {
        await using var host = await FakeHost.StartAsync();
        var old = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync();
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("unacknowledged", 5))).Accepted);
        var report = await stream.ReportAsync();
        old.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("running", 6))).Accepted);
        await old.FaultStruckAsync();
        var folder = await old.KillAsync();

        await using var agent = RunningAgent.Start(host, "cuda", folder);
        stream = await host.AcceptAsync();
        Assert.Empty(stream.Hello.Held);
        Assert.Equal(report, await stream.ReportAsync());
        var lost = await stream.ReportAsync();
        Assert.Equal(("running", "interrupted"), (lost.Job, lost.ErrorCode));
        Assert.Equal(6, (await stream.LeaseAsync(RunningAgent.Lease("late", 4))).CurrentGeneration);
    }

    [Fact]
    public async Task Without_the_native_library_kernels_run_on_the_managed_reference()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWithoutNative(host);
        var stream = await host.AcceptAsync();
        Assert.Contains("managed reference", Assert.Single(stream.Hello.Devices).Name, StringComparison.Ordinal);
        Assert.True((await stream.RunAsync(RunningAgent.Lease("job", 1))).Succeeded);
    }

    [SkippableFact]
    public async Task Sensors_reach_the_host_before_any_work_and_a_missing_one_is_unknown()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.StartWithSensors(host, ("MILLIWATTS", "412500"), ("USED_BYTES", "1024"));
        var stream = await host.AcceptAsync();
        var sample = await stream.SampleAsync(sample => sample.HasPowerWatts);
        Assert.Equal((412.5, 1024ul, true), (sample.PowerWatts, sample.MemoryUsedBytes, sample.HasUtilisation));
        Assert.False(sample.HasTemperatureCelsius);
        Process.GetProcessById(agent.Executor()).Kill();
        Assert.False((await stream.SampleAsync(sample => !sample.HasPowerWatts)).HasUtilisation);
    }

    [SkippableFact]
    public async Task An_agent_asked_to_end_stops_its_work_and_tells_of_it_when_it_is_back()
    {
        await using var host = await FakeHost.StartAsync();
        await using var old = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync();
        old.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("job", 1))).Accepted);
        await old.FaultStruckAsync();
        var executor = Process.GetProcessById(old.Executor());
        Assert.Equal(0, await old.TerminateAsync());
        await executor.WaitForExitAsync().WaitAsync(FakeHost.Patience);

        await using var agent = RunningAgent.Start(host, "cuda", Path.GetDirectoryName(old.JournalFile));
        var report = await (await host.AcceptAsync()).ReportAsync();
        Assert.Equal(("job", "interrupted", "the agent ends"), (report.Job, report.ErrorCode, report.Error));
    }

    [SkippableFact]
    public async Task An_agent_told_so_ends_with_its_parent()
    {
        await using var host = await FakeHost.StartAsync();
        var folder = Directory.CreateTempSubdirectory("factory-agent-test-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), RunningAgent.Token);
        var command = string.Join(' ', RunningAgent.Arguments(host.Address, "cpu", folder).Select(argument => $"'{argument}'"));
        var start = new ProcessStartInfo("bash", ["-c", $"dotnet {command} --exit-with-parent & echo $!; wait"]) { RedirectStandardOutput = true };
        using var parent = Process.Start(start)!;
        using var agent = Process.GetProcessById(int.Parse((await parent.StandardOutput.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture));
        await host.AcceptAsync();
        parent.Kill();
        await agent.WaitForExitAsync().WaitAsync(FakeHost.Patience);
        Directory.Delete(folder, recursive: true);
    }
}
