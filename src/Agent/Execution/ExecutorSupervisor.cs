using ControlPlane.Agent.Tenants;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

using Microsoft.Extensions.Logging;

namespace ControlPlane.Agent.Execution;

/// <summary>
/// Keeps one device's executor running and runs one lease at a time on it. Whatever becomes of the executor, a
/// lease ends in a report.
/// </summary>
internal sealed class ExecutorSupervisor(
    string device, int restartLimit, CheckpointStore checkpoints, TimeProvider clock, Action<DeviceSample> sampled, ILogger log) : IAsyncDisposable
{
    /// <summary>More restarts than the limit within this time mean that the device, not the work, is at fault.</summary>
    private static readonly TimeSpan RestartPeriod = TimeSpan.FromMinutes(10);

    private readonly Queue<DateTimeOffset> _deaths = new();
    private readonly LimitReadBack _readBack = new(clock);
    private ExecutorProcess? _executor;
    private volatile DeviceCap? _cap;
    private volatile Renewal? _renewal;

    /// <summary>Hears that the rank that runs here listens.</summary>
    public Action<RingJoin> Joined { private get; init; } = _ => { };

    /// <summary>Runs what tenants wrote; null where none of it is taken.</summary>
    public TenantExecutor? Tenants { private get; init; }

    /// <summary>Starts the executor if it does not run. Throws when it does not start.</summary>
    public async Task<ExecutorProcess> EnsureAsync(CancellationToken cancellation)
    {
        if (_executor is { Ended.IsCompleted: false })
            return _executor;
        await DiscardAsync().ConfigureAwait(false);
        _executor = await ExecutorProcess.StartAsync(
            (socket, memory) => AgentProgram.Start(redirectOutput: false, "executor", "--device", device, "--socket", socket, "--memory", memory),
            checkpoints, Observe, Joined, cancellation).ConfigureAwait(false);
        _ = ForgetReadingsAsync(_executor);
        if (_cap is { } cap)
            await _executor.LimitAsync(cap).ConfigureAwait(false);
        log.LogInformation("Executor of {Device} runs as process {Process}.", device, _executor.ProcessId);
        return _executor;
    }

    /// <summary>As <see cref="EnsureAsync"/>, when nobody waits for it: the next lease tries again and reports.</summary>
    public async Task TryStartAsync()
    {
        try
        {
            await EnsureAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (IsStartFailure(e) || e is OperationCanceledException)
        {
            CountDeath($"the executor does not start: {e.Message}");
        }
    }

    /// <summary>
    /// Runs a lease's work. A program whose executor was lost goes on from its checkpoint, as long as each try gets further
    /// than the one before, and its checkpoint is forgotten once it is over.
    /// </summary>
    public async Task<WorkReport> RunAsync(Lease lease, TimeSpan timeout, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var begun = Saved(lease);
            var report = await RunOnceAsync(lease, timeout, stop).ConfigureAwait(false);
            // How far it is, a tenant's process says itself: it must not get its time anew by that.
            if (lease.Program is { Kernels.Count: > 0 })
                timeout -= clock.GetElapsedTime(started);
            started = clock.GetTimestamp();
            var isLost = report.ErrorCode == KernelWorkOrder.ExecutorCrashed && !stop.IsCancellationRequested && _deaths.Count <= restartLimit;
            if (isLost && Saved(lease) > begun && timeout > TimeSpan.Zero)
                continue;
            if (lease.Program is not null && report.ErrorCode != KernelWorkOrder.Stopped)
                checkpoints.Drop(lease.Job);
            return report;
        }
    }

    private long Saved(Lease lease) => checkpoints.Find(lease)?.Done ?? 0;

    private async Task<WorkReport> RunOnceAsync(Lease lease, TimeSpan timeout, CancellationToken stop)
    {
        if (Tenants is { } tenants && lease.Program is { Kernels.Count: > 0 })
            return await RunTenantAsync(tenants, lease, timeout, stop).ConfigureAwait(false);
        var report = KernelWorkOrder.ReportOf(lease);
        ExecutorProcess executor;
        try
        {
            executor = await EnsureAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            KernelWorkOrder.Fail(report, KernelWorkOrder.Stopped, "the work was stopped before it began");
            return report;
        }
        catch (Exception e) when (IsStartFailure(e))
        {
            CountDeath($"the executor does not start: {e.Message}");
            KernelWorkOrder.Fail(report, KernelWorkOrder.ExecutorCrashed, $"the executor does not start: {e.Message}");
            return report;
        }
        await RenewBeforeWorkAsync(executor).ConfigureAwait(false);
        return await WaitAsync(executor, lease, report, timeout, stop).ConfigureAwait(false);
    }

    // The device's own executor stays: it keeps the power limit, which the tenant's user may not set, and what it reads and
    // hears of the device is true whatever the tenant's process says.
    private async Task<WorkReport> RunTenantAsync(TenantExecutor tenants, Lease lease, TimeSpan timeout, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var keeping = KeepAsync(over.Token);
        var report = await RunWithinLimitAsync(tenants, lease, timeout, stop).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await keeping.ConfigureAwait(false);
        return report;
    }

    private async Task<WorkReport> RunWithinLimitAsync(TenantExecutor tenants, Lease lease, TimeSpan timeout, CancellationToken stop)
    {
        var report = KernelWorkOrder.ReportOf(lease);
        try
        {
            if (await _readBack.ObjectionAsync(lease.CapWatts, stop).ConfigureAwait(false) is not { } objection)
                return await tenants.RunAsync(lease, timeout, SecondsLeft, stop).ConfigureAwait(false);
            KernelWorkOrder.Fail(report, KernelWorkOrder.NoPowerLimit, objection);
        }
        catch (OperationCanceledException)
        {
            KernelWorkOrder.Fail(report, KernelWorkOrder.Stopped, "the work was stopped before it began");
        }
        return report;
    }

    private async Task KeepAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await TryStartAsync().ConfigureAwait(false);
            if (_executor is not { } executor || _deaths.Count > restartLimit)
                return;
            await executor.Ended.WaitAsync(over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (executor.Ended.IsCompleted && !over.IsCancellationRequested)
                CountDeath(executor.HowItEnded);
        }
    }

    // A tenant's work runs elsewhere; how far it is goes out with the device's own readings.
    private void Observe(DeviceSample sample)
    {
        _readBack.Note(sample);
        Tenants?.AddTo(sample);
        sampled(sample);
    }

    /// <summary>Ends the executor, so that the device can be reset, and forgets how often executors have ended.</summary>
    public async Task ReleaseAsync()
    {
        await DiscardAsync().ConfigureAwait(false);
        _deaths.Clear();
    }

    /// <summary>Has the device keep a power limit, also across executors.</summary>
    public async Task LimitAsync(DeviceCap cap)
    {
        _cap = cap;
        if (_executor is { Ended.IsCompleted: false } executor)
            await executor.LimitAsync(cap).ConfigureAwait(false);
    }

    /// <summary>Tells the rank that runs where all listen.</summary>
    public Task MeetAsync(RingRanks ring) => _executor is { Ended.IsCompleted: false } executor ? executor.MeetAsync(ring) : Task.CompletedTask;

    /// <summary>Lets work go on for so long from now.</summary>
    public Task RenewAsync(uint seconds)
    {
        _renewal = new Renewal(seconds, clock.GetTimestamp());
        _ = Tenants?.RenewAsync(seconds);
        return _executor is { Ended.IsCompleted: false } executor ? executor.RenewAsync(seconds) : Task.CompletedTask;
    }

    // No work begins without its limit: the agent may be frozen before it renews again.
    private Task RenewBeforeWorkAsync(ExecutorProcess executor) => SecondsLeft() is { } left ? executor.RenewAsync(left) : Task.CompletedTask;

    private uint? SecondsLeft() =>
        _renewal is { } renewal ? (uint)Math.Max(0, renewal.Seconds - clock.GetElapsedTime(renewal.At).TotalSeconds) : null;

    private sealed record Renewal(uint Seconds, long At);

    public ValueTask DisposeAsync() => DiscardAsync();

    private static bool IsStartFailure(Exception e) =>
        e is IOException or InvalidOperationException or System.ComponentModel.Win32Exception or System.Net.Sockets.SocketException;

    private async Task ForgetReadingsAsync(ExecutorProcess executor)
    {
        await executor.Ended.ConfigureAwait(false);
        sampled(new DeviceSample());
    }

    private async Task<WorkReport> WaitAsync(
        ExecutorProcess executor, Lease lease, WorkReport report, TimeSpan timeout, CancellationToken stop)
    {
        var running = executor.RunAsync(lease);
        using var waiting = new CancellationTokenSource();
        var expiry = Task.Delay(timeout, clock, waiting.Token);
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, stop);
        var first = await Task.WhenAny(running, expiry, stopped).ConfigureAwait(false);
        if (first == stopped && !running.IsCompleted)
        {
            await executor.StopAsync().ConfigureAwait(false);
            await Task.WhenAny(running, Task.Delay(LeaseTerms.StopGrace, clock, waiting.Token)).ConfigureAwait(false);
        }
        await waiting.CancelAsync().ConfigureAwait(false);
        if (running.IsCompletedSuccessfully)
            return await SettleAsync(executor, await running.ConfigureAwait(false)).ConfigureAwait(false);
        if (running.IsCompleted && !stop.IsCancellationRequested)
        {
            await executor.KillAsync().ConfigureAwait(false);
            KernelWorkOrder.Fail(report, KernelWorkOrder.ExecutorCrashed, executor.HowItEnded);
            CountDeath(executor.HowItEnded);
        }
        else if (stop.IsCancellationRequested)
        {
            KernelWorkOrder.Fail(report, KernelWorkOrder.Stopped, "the kernel did not end, so its executor was killed");
        }
        else
        {
            KernelWorkOrder.Fail(report, "timed-out", FormattableString.Invariant($"the kernel did not end within {timeout.TotalSeconds:0.###} s, so its executor was killed"));
            CountDeath(report.Error);
        }
        await DiscardAsync().ConfigureAwait(false);
        return report;
    }

    // An executor that reported a poisoned context is about to end: wait, so that the next work finds a new one.
    private async Task<WorkReport> SettleAsync(ExecutorProcess executor, WorkReport report)
    {
        if (!DeviceFaultException.Poisons(report.ErrorCode))
            return report;
        await Task.WhenAny(executor.Ended, Task.Delay(LeaseTerms.StopGrace, clock)).ConfigureAwait(false);
        if (executor.Ended.IsCompleted)
        {
            CountDeath(null);
            await DiscardAsync().ConfigureAwait(false);
        }
        return report;
    }

    private void CountDeath(string? how)
    {
        var now = clock.GetUtcNow();
        _deaths.Enqueue(now);
        while (now - _deaths.Peek() > RestartPeriod)
            _deaths.Dequeue();
        if (how is not null)
            log.LogWarning("Executor of {Device}: {How}.", device, how);
        if (_deaths.Count > restartLimit)
            sampled(new DeviceSample { Health = DeviceHealth.Failed, HealthDetail = $"the executor ended {_deaths.Count} times within {RestartPeriod.TotalMinutes:0} minutes; last: {how ?? "a poisoned context"}" });
        else if (how is not null)
            sampled(new DeviceSample { Health = DeviceHealth.Degraded, HealthDetail = how });
    }

    private async ValueTask DiscardAsync()
    {
        if (_executor is { } executor)
        {
            _executor = null;
            await executor.DisposeAsync().ConfigureAwait(false);
        }
    }
}
