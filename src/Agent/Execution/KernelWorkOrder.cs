using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;
using ControlPlane.Hardware.Probes;
using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Protocol;

using ProbePoint = ControlPlane.Domain.Jobs.ProbePoint;

namespace ControlPlane.Agent.Execution;

/// <summary>What work needs beside its device.</summary>
/// <param name="Checkpoints">Where checkpoints go.</param>
/// <param name="Rendezvous">Where ranks meet.</param>
/// <param name="Running">Who is told how far it is.</param>
/// <param name="Limits">Who sets power limits.</param>
/// <param name="IsConfined">True in a process that may run what a tenant wrote.</param>
internal sealed record WorkWays(ICheckpoints Checkpoints, Rendezvous Rendezvous, RunningWork Running, PowerLimit Limits, bool IsConfined);

/// <summary>Carries out one lease's kernel, program or collective and puts what happened into the words of a report.</summary>
internal static class KernelWorkOrder
{
    /// <summary>The sample is null unless the device's health changed.</summary>
    public static async Task<(WorkReport Report, DeviceSample? Health)> CarryOutAsync(
        IComputeDevice device, Lease lease, WorkWays ways, CancellationToken stop)
    {
        var metered = new MeteredDevice(device, LimitOf(lease, device.Description)) { Limiting = ways.Limits.SetByWork };
        ways.Running.Begin(metered);
        var result = await CarryOutAsync(metered, lease, ReportOf(lease), ways, stop).ConfigureAwait(false);
        ways.Running.End();
        result.Report.PeakMemoryBytes = (ulong)metered.PeakBytes;
        return result;
    }

    // A job on a whole GPU may hold all of it, or what it says itself.
    private static long LimitOf(Lease lease, DeviceDescription device) =>
        lease.Program is { MemoryLimitBytes: > 0 and var limit } ? (long)Math.Min(limit, (ulong)device.MemoryBytes) : device.MemoryBytes;

    private static async Task<(WorkReport Report, DeviceSample? Health)> CarryOutAsync(
        MeteredDevice device, Lease lease, WorkReport report, WorkWays ways, CancellationToken stop)
    {
        report.DeviceName = device.Description.Name;
        try
        {
            if (lease.Program is { Kernels.Count: > 0 } && !ways.IsConfined)
            {
                Fail(report, NotPermitted, "kernels of a tenant's own run only in a process that is confined");
                return (report, null);
            }
            if (lease.Program is { } program)
            {
                Fill(report, await ProgramRun.RunAsync(device, ProgramMessages.Read(program), ways.Checkpoints, ways.Running.Note, stop).ConfigureAwait(false));
                return (report, null);
            }
            if (lease.Collective is { } collective)
            {
                Fill(report, CollectiveMessages.Read(collective), (int)collective.Ranks, await CollectiveWorkOrder.RunAsync(device, lease, ways.Rendezvous, stop).ConfigureAwait(false));
                return (report, report.Succeeded ? null : Unwell(DeviceHealth.Failed, report));
            }
            if (lease.Probe is { } probe)
            {
                Fill(report, await TokenProbe.RunAsync(device, ProbeMessages.Read(probe), stop).ConfigureAwait(false));
                return (report, null);
            }
            var work = lease.Kernel;
            var request = new KernelRequest(work.Name, work.Sizes, checked((int)Math.Max(work.Repetitions, 1)), work.Check, work.Seed);
            Fill(report, await KernelRun.RunAsync(device, request, null, stop).ConfigureAwait(false));
            // Arithmetic that is silently wrong spoils everything downstream: an operator must look first.
            return (report, report.Succeeded ? null : Unwell(DeviceHealth.Failed, report));
        }
        catch (DeviceFaultException e)
        {
            Fail(report, e.ErrorCode, e.Message);
            return (report, e.IsDeviceFailure ? Unwell(DeviceHealth.Failed, report) : e.IsSticky ? Unwell(DeviceHealth.Degraded, report) : null);
        }
        catch (CollectiveFaultException e)
        {
            Fail(report, CollectiveFaultException.ErrorCode, e.Message);
        }
        catch (OperationCanceledException)
        {
            Fail(report, Stopped, "the work was stopped");
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            Fail(report, "bad-parameter", e.Message);
        }
        catch (OutOfMemoryException)
        {
            Fail(report, "out-of-memory", "no host memory was left for the kernel's data");
        }
        catch (Exception e)
        {
            // The agent waits for a report; without one it would take the kernel for hung.
            Fail(report, "internal", e.ToString());
        }
        return (report, null);
    }

    /// <summary>The code of work that ended through no fault of its own: it is to be done again.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>The code of work that did not begin because its device does not keep the power limit that it may draw.</summary>
    public const string NoPowerLimit = "no-power-limit";

    /// <summary>The code of work that was told to end.</summary>
    public const string Stopped = "stopped";

    /// <summary>The code of work that this node does not take.</summary>
    public const string NotPermitted = "not-permitted";

    /// <summary>The code of work whose executor ended under it.</summary>
    public const string ExecutorCrashed = "executor-crashed";

    public static WorkReport ReportOf(Lease lease) => new() { Device = lease.Device, Job = lease.Job, Generation = lease.Generation };

    public static void Fail(WorkReport report, string code, string error)
    {
        report.Succeeded = false;
        report.ErrorCode = code;
        report.Error = error;
    }

    private static void Fill(WorkReport report, KernelResult result)
    {
        report.Succeeded = result.Mistake is null;
        report.SecondsPerRepetition = result.SecondsPerRepetition;
        report.Rate = result.Rate;
        report.RateUnit = result.RateUnit;
        report.Checksum = result.Checksum;
        report.MaxRelativeError = result.MaxRelativeError;
        report.Checked = result.Checked;
        report.Repetitions = (uint)result.Repetitions;
        if (result.Mistake is { } mistake)
            Fail(report, "wrong-result", mistake);
    }

    public static void Fill(WorkReport report, CollectiveRequest work, int ranks, CollectiveResult result)
    {
        report.Succeeded = result.Mistake is null;
        report.SecondsPerRepetition = result.SecondsPerRepetition;
        report.Rate = result.BusBandwidth;
        report.RateUnit = CollectiveText.BusUnit;
        report.Checksum = result.Checksum;
        report.MaxRelativeError = result.MaxRelativeError;
        report.Checked = work.Check;
        report.Repetitions = (uint)work.Repetitions;
        report.Remark = CollectiveText.Of(work.Operation, ranks, work.Bytes, result);
        if (result.Mistake is { } mistake)
            Fail(report, "wrong-result", mistake);
    }

    private static void Fill(WorkReport report, ProgramResult result)
    {
        var state = result.State;
        report.Succeeded = true;
        report.Repetitions = (uint)Math.Min(state.Done, uint.MaxValue);
        report.SecondsPerRepetition = state.DeviceSeconds / state.Done;
        report.Rate = state.DeviceSeconds > 0 ? state.Done / state.DeviceSeconds : 0;
        report.RateUnit = "steps/s";
        report.Checksum = result.Checksum;
        report.WentOnFrom = result.Started;
        report.Remark = result.Remark ?? "";
        if (state.FirstLoss is { } first)
            report.FirstLoss = first;
        if (state.LastLoss is { } last)
            report.LastLoss = last;
    }

    private static void Fill(WorkReport report, IReadOnlyList<ProbePoint> points)
    {
        var best = points.Where(point => point.Phase == "decode").MaxBy(point => point.TokensPerSecond)!;
        report.Succeeded = true;
        report.Repetitions = (uint)points.Count;
        report.SecondsPerRepetition = best.Batch / best.TokensPerSecond;
        report.Rate = best.TokensPerSecond;
        report.RateUnit = "tokens/s";
        report.Points.AddRange(points.Select(ProbeMessages.Of));
    }

    private static DeviceSample Unwell(DeviceHealth health, WorkReport report) =>
        new() { Health = health, HealthDetail = $"{report.ErrorCode}: {report.Error}" };
}
