using System.Text.RegularExpressions;

using ControlPlane.Agent.Execution;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tenants;

/// <summary>What is believed of a report from a process that a tenant's kernels may have taken over.</summary>
internal static partial class TenantReport
{
    /// <summary>The code of work that took longer than it may.</summary>
    public const string TimedOut = "timed-out";

    private const string OutOfMemory = "out-of-memory";

    private const int MostText = 2_000;

    // Codes that speak of the work. Those that would have a device taken out, or the work done again by somebody else's
    // fault, are not a tenant's to give; the device's own executor sees what is wrong with the device.
    private static readonly HashSet<string> OwnCodes =
        ["bad-parameter", OutOfMemory, "wrong-result", "not-supported", "internal", KernelWorkOrder.Stopped, KernelWorkOrder.ExecutorCrashed, TimedOut];

    private static readonly HashSet<string> DeviceCodes = ["cuda-46", "cuda-214", "cuda-220"];

    /// <summary>The report of a lease as it goes to the host.</summary>
    public static WorkReport Of(Lease lease, WorkReport said)
    {
        var report = KernelWorkOrder.ReportOf(lease);
        report.DeviceName = Short(said.DeviceName);
        report.PeakMemoryBytes = said.PeakMemoryBytes;
        report.Repetitions = said.Repetitions;
        report.SecondsPerRepetition = Finite(said.SecondsPerRepetition);
        report.Rate = Finite(said.Rate);
        report.RateUnit = "steps/s";
        report.Checksum = said.Checksum;
        report.WentOnFrom = Math.Max(0, said.WentOnFrom);
        report.Remark = Short(said.Remark);
        report.Succeeded = said.Succeeded;
        if (said.HasFirstLoss)
            report.FirstLoss = Finite(said.FirstLoss);
        if (said.HasLastLoss)
            report.LastLoss = Finite(said.LastLoss);
        if (!said.Succeeded)
            Fail(report, said);
        return report;
    }

    /// <summary>The report of work whose process ended without one.</summary>
    /// <param name="report">Receives why.</param>
    /// <param name="status">What the launcher ended with.</param>
    /// <param name="how">The same in words.</param>
    /// <param name="user">Whose limits held.</param>
    public static void Fail(WorkReport report, int status, string how, TenantUser user)
    {
        switch (status)
        {
            case TenantLauncher.ExitMemory:
                KernelWorkOrder.Fail(report, OutOfMemory, $"its process took more than the {user.MemoryBytes >> 20} MiB of host memory that a tenant's may");
                break;
            case TenantLauncher.ExitTime:
                KernelWorkOrder.Fail(report, TimedOut, "its process was killed as its time was over");
                break;
            case TenantLauncher.ExitCpu:
                KernelWorkOrder.Fail(report, TimedOut, "its process took more processor time than its timeout allows");
                break;
            case TenantLauncher.ExitSetup or Executor.ExitNoDevice:
                KernelWorkOrder.Fail(report, KernelWorkOrder.NotPermitted, Short($"as user {user.Name} it could not begin: {how}"));
                break;
            default:
                KernelWorkOrder.Fail(report, KernelWorkOrder.ExecutorCrashed, Short(how));
                break;
        }
    }

    private static void Fail(WorkReport report, WorkReport said)
    {
        var isOwn = OwnCodes.Contains(said.ErrorCode) || (CudaCode().IsMatch(said.ErrorCode) && !DeviceCodes.Contains(said.ErrorCode));
        KernelWorkOrder.Fail(
            report, isOwn ? said.ErrorCode : KernelWorkOrder.ExecutorCrashed,
            isOwn ? Short(said.Error) : Short($"its process reports {said.ErrorCode}: {said.Error}; the device itself is judged by its own readings"));
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : 0;

    private static string Short(string text) => text.Length <= MostText ? text : text[..MostText];

    [GeneratedRegex("^cuda-[0-9]{1,3}$", RegexOptions.CultureInvariant)]
    private static partial Regex CudaCode();
}
