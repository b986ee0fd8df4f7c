using System.Diagnostics;

using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

public sealed class FaultTests
{
    [SkippableFact]
    public async Task A_killed_executor_fails_its_kernel_and_the_next_one_runs()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync();
        agent.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("victim", 1))).Accepted);
        await agent.FaultStruckAsync();
        Process.GetProcessById(agent.Executor()).Kill();

        var report = await stream.ReportAsync();
        await stream.AcknowledgeAsync(report);
        Assert.Equal(("victim", "executor-crashed"), (report.Job, report.ErrorCode));
        Assert.Contains("signal 9", report.Error, StringComparison.Ordinal);
        Assert.True((await stream.RunAsync(RunningAgent.Lease("next", 2))).Succeeded);
    }

    [SkippableTheory]
    [InlineData("illegal-address", "cuda-700", DeviceHealth.Degraded)]
    [InlineData("launch-timeout", "cuda-702", DeviceHealth.Degraded)]
    [InlineData("crash", "executor-crashed", DeviceHealth.Degraded)]
    [InlineData("hang", "timed-out", DeviceHealth.Degraded)]
    public async Task After_a_fault_the_device_is_degraded_and_works_on(string fault, string code, DeviceHealth health)
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync();
        agent.OrderFault(fault);
        var report = await stream.RunAsync(RunningAgent.Lease("faulty", 1, timeoutSeconds: fault == "hang" ? 1u : 0u));
        Assert.False(report.Succeeded);
        Assert.Equal(code, report.ErrorCode);
        var sample = await stream.SampleAsync(sample => sample.Health == health);
        Assert.NotEmpty(sample.HealthDetail);
        Assert.True((await stream.RunAsync(RunningAgent.Lease("next", 2))).Succeeded);
    }

    [SkippableTheory]
    [InlineData("ecc", "cuda-214", "CUDA_ERROR_ECC_UNCORRECTABLE")]
    [InlineData("device-lost", "cuda-46", "CUDA_ERROR_DEVICE_UNAVAILABLE")]
    [InlineData("bit-flip", "wrong-result", "more than")]
    public async Task A_device_that_cannot_be_trusted_takes_no_more_work(string fault, string code, string text)
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync();
        agent.OrderFault(fault + (fault == "bit-flip" ? "" : "@1"));
        var lease = RunningAgent.Lease("faulty", 1);
        lease.Kernel.Repetitions = 1;
        var report = await stream.RunAsync(lease);
        Assert.Equal(code, report.ErrorCode);
        Assert.Contains(text, report.Error, StringComparison.Ordinal);
        await stream.SampleAsync(sample => sample.Health == DeviceHealth.Failed);
        var answer = await stream.LeaseAsync(RunningAgent.Lease("next", 2));
        Assert.False(answer.Accepted);
        Assert.Contains("the device has failed", answer.Reason, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Running_out_of_memory_leaves_the_device_healthy_and_its_executor_running()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync();
        agent.OrderFault("out-of-memory");
        Assert.Equal("cuda-2", (await stream.RunAsync(RunningAgent.Lease("large", 1))).ErrorCode);
        var executor = agent.Executor();
        Assert.True((await stream.RunAsync(RunningAgent.Lease("next", 2))).Succeeded);
        Assert.Equal(executor, agent.Executor());
        Assert.Equal(DeviceHealth.Healthy, (await stream.SampleAsync(_ => true)).Health);
    }

    [SkippableFact]
    public async Task Too_many_crashes_fail_the_device()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda", null, "--restart-limit", "1");
        var stream = await host.AcceptAsync();
        for (var generation = 1; generation <= 2; generation++)
        {
            agent.OrderFault("crash");
            Assert.Equal("executor-crashed", (await stream.RunAsync(RunningAgent.Lease($"job-{generation}", generation))).ErrorCode);
        }
        var sample = await stream.SampleAsync(sample => sample.Health == DeviceHealth.Failed);
        Assert.Contains("ended 2 times", sample.HealthDetail, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_host_stops_a_kernel_that_hangs_and_a_newer_lease_supersedes_another()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync();
        agent.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("hung", 1))).Accepted);
        await agent.FaultStruckAsync();
        await stream.SendAsync(new() { Stop = new() { Job = "hung", Generation = 1 } });
        var stopped = await stream.ReportAsync();
        await stream.AcknowledgeAsync(stopped);
        Assert.Equal(("stopped", "stopped by the host"), (stopped.ErrorCode, stopped.Error));

        agent.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("older", 2))).Accepted);
        await agent.FaultStruckAsync();
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("newer", 3))).Accepted);
        var superseded = await stream.ReportAsync();
        Assert.Equal(("older", "stopped"), (superseded.Job, superseded.ErrorCode));
        await stream.AcknowledgeAsync(superseded);
        var newer = await stream.ReportAsync();
        Assert.True(newer.Succeeded, newer.Error);
    }

    [SkippableFact]
    public async Task A_journal_that_cannot_be_written_lets_work_end_and_nothing_new_begin()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync();
        await stream.RunAsync(RunningAgent.Lease("before", 1));
        agent.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("running", 2, timeoutSeconds: 5))).Accepted);
        await agent.FaultStruckAsync();
        Directory.CreateDirectory(agent.JournalFile + ".new"); // Where the next journal would be written.

        var refused = await stream.LeaseAsync(RunningAgent.Lease("after", 3));
        Assert.False(refused.Accepted);
        Assert.True(refused.IsElsewhere);
        Assert.Contains("journal cannot be written", refused.Reason, StringComparison.Ordinal);
        var report = await stream.ReportAsync();
        Assert.Equal(("running", "timed-out"), (report.Job, report.ErrorCode));
        await stream.SampleAsync(sample => sample.Health == DeviceHealth.Failed && sample.HealthDetail.Contains("journal", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task An_executor_whose_agent_is_frozen_ends_by_itself_in_time()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync(leaseTimeoutSeconds: 4);
        agent.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("frozen", 1))).Accepted);
        await agent.FaultStruckAsync();
        var executor = agent.Executor();
        await agent.SignalAsync("STOP");
        await IsOverAsync(executor);
        await agent.SignalAsync("CONT");
    }

    private static async Task IsOverAsync(int executor)
    {
        var watch = Stopwatch.StartNew();
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (RunningAgent.IsAlive(executor))
        {
            Assert.True(watch.Elapsed < FakeHost.Patience, "The executor works on.");
            await look.WaitForNextTickAsync();
        }
    }

    [SkippableFact]
    public async Task Work_stops_when_no_host_says_a_word()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync(leaseTimeoutSeconds: 3);
        agent.OrderFault("hang");
        Assert.True((await stream.LeaseAsync(RunningAgent.Lease("orphan", 1))).Accepted);
        await agent.FaultStruckAsync();
        await IsOverAsync(agent.Executor());
        var report = await (await host.AcceptAsync()).ReportAsync();
        Assert.Equal("interrupted", report.ErrorCode);
        Assert.Contains("no host has answered for 3 s", report.Error, StringComparison.Ordinal);
    }
}
