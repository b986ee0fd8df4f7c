using ControlPlane.Agent.Execution;
using ControlPlane.Hardware.Protocol;

using Microsoft.Extensions.Logging;

namespace ControlPlane.Agent.Tenants;

/// <summary>
/// Runs programs with a tenant's own kernels, each in a confined process of its own beside the device's executor. What that
/// process says is believed only of its own work: never of the device, other jobs or other nodes.
/// </summary>
internal sealed class TenantExecutor(Tenancy tenancy, string device, CheckpointStore checkpoints, TimeProvider clock, ILogger log)
{
    private readonly TenantUser _user = tenancy.User!;
    private readonly Lock _lock = new();
    private DeviceSample? _progress;
    private string _obstacle = "";
    private volatile ExecutorProcess? _process;

    /// <summary>Runs a lease's program; whatever becomes of its process, this ends in a report.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="timeout">Most time it may take.</param>
    /// <param name="left">Seconds that it may work without another word; null for as long as it likes.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<WorkReport> RunAsync(Lease lease, TimeSpan timeout, Func<uint?> left, CancellationToken stop)
    {
        var report = KernelWorkOrder.ReportOf(lease);
        try
        {
            await (tenancy.Turn?.WaitAsync(stop) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            KernelWorkOrder.Fail(report, KernelWorkOrder.Stopped, "the work was stopped before it began");
            return report;
        }
        try
        {
            return await RunInTurnAsync(lease, report, timeout, left, stop).ConfigureAwait(false);
        }
        finally
        {
            tenancy.Turn?.Release();
        }
    }

    private async Task<WorkReport> RunInTurnAsync(Lease lease, WorkReport report, TimeSpan timeout, Func<uint?> left, CancellationToken stop)
    {
        var begun = clock.GetTimestamp();
        try
        {
            await using var process = await ExecutorProcess.StartAsync(
                (socket, memory) => TenantLauncher.Start(_user, device, timeout, socket, memory), checkpoints, Note, _ => { }, stop).ConfigureAwait(false);
            log.LogInformation("A tenant's work of {Job} runs on {Device} as user {User}, process {Process}.", lease.Job, device, _user.Name, process.ProcessId);
            if (left() is { } seconds)
                await process.RenewAsync(seconds).ConfigureAwait(false);
            _process = process;
            return await WaitAsync(process, lease, report, timeout - clock.GetElapsedTime(begun), stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            KernelWorkOrder.Fail(report, KernelWorkOrder.Stopped, "the work was stopped before it began");
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException or System.ComponentModel.Win32Exception or System.Net.Sockets.SocketException)
        {
            KernelWorkOrder.Fail(report, KernelWorkOrder.NotPermitted, $"no process of user {_user.Name} could be started for it: {e.Message}");
        }
        finally
        {
            _process = null;
            lock (_lock)
                (_progress, _obstacle) = (null, "");
        }
        return report;
    }

    /// <summary>Lets work go on for so long from now.</summary>
    public Task RenewAsync(uint seconds) => _process?.RenewAsync(seconds) ?? Task.CompletedTask;

    /// <summary>Adds how far the running work is to the device's own readings; nothing while none runs.</summary>
    public void AddTo(DeviceSample sample)
    {
        lock (_lock)
        {
            if (_progress is { } progress)
                sample.MergeFrom(progress);
        }
    }

    // Of all that a sample may say, only what concerns the work alone.
    private void Note(DeviceSample said)
    {
        var progress = new DeviceSample();
        if (said.HasProgress && double.IsFinite(said.Progress))
            progress.Progress = Math.Clamp(said.Progress, 0, 1);
        if (said.HasLoss && double.IsFinite(said.Loss))
            progress.Loss = said.Loss;
        if (said.HasJobMemoryBytes)
            progress.JobMemoryBytes = said.JobMemoryBytes;
        lock (_lock)
            (_progress, _obstacle) = (progress, said.Health == DeviceHealth.Failed ? said.HealthDetail : _obstacle);
    }

    private string HowItEnded(ExecutorProcess process)
    {
        lock (_lock)
            return string.Join(": ", new[] { process.HowItEnded, _obstacle, process.LastWords }.Where(text => text.Length > 0));
    }

    private async Task<WorkReport> WaitAsync(ExecutorProcess process, Lease lease, WorkReport report, TimeSpan timeout, CancellationToken stop)
    {
        var running = process.RunAsync(lease);
        using var waiting = new CancellationTokenSource();
        var expiry = Task.Delay(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, clock, waiting.Token);
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, stop);
        var first = await Task.WhenAny(running, expiry, stopped).ConfigureAwait(false);
        if (first == stopped && !running.IsCompleted)
        {
            await process.StopAsync().ConfigureAwait(false);
            await Task.WhenAny(running, Task.Delay(LeaseTerms.StopGrace, clock, waiting.Token)).ConfigureAwait(false);
        }
        await waiting.CancelAsync().ConfigureAwait(false);
        if (running.IsCompletedSuccessfully)
            return TenantReport.Of(lease, await running.ConfigureAwait(false));
        var wasOver = running.IsCompleted;
        await process.KillAsync().ConfigureAwait(false);
        if (stop.IsCancellationRequested)
            KernelWorkOrder.Fail(report, KernelWorkOrder.Stopped, "the kernel did not end, so its process was killed");
        else if (wasOver)
            TenantReport.Fail(report, process.ExitStatus, HowItEnded(process), _user);
        else
            KernelWorkOrder.Fail(report, TenantReport.TimedOut, FormattableString.Invariant($"the work did not end within its {Math.Max(0, timeout.TotalSeconds):0.###} s, so its process was killed"));
        return report;
    }
}
