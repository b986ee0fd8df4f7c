using ControlPlane.Agent.Tenants;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

/// <summary>What is believed of a process that a tenant may have taken over.</summary>
public sealed class TenantReportTests
{
    private static readonly TenantUser User = new("tenant", 1000, 1000, 512L << 20);

    [Theory]
    [InlineData("cuda-700", "cuda-700")]
    [InlineData("cuda-218", "cuda-218")]
    [InlineData("out-of-memory", "out-of-memory")]
    [InlineData("stopped", "stopped")]
    [InlineData("cuda-214", "executor-crashed")] // Would take the device out.
    [InlineData("cuda-46", "executor-crashed")]
    [InlineData("no-device", "executor-crashed")]
    [InlineData("interrupted", "executor-crashed")] // Would have it done again for ever.
    [InlineData("ring-broken", "executor-crashed")]
    [InlineData("lease-refused", "executor-crashed")]
    [InlineData("cuda-70000", "executor-crashed")]
    [InlineData("", "executor-crashed")]
    [InlineData("<script>", "executor-crashed")]
    public void Codes_that_concern_others_are_not_taken(string said, string taken)
    {
        var report = TenantReport.Of(Lease(), new WorkReport { ErrorCode = said, Error = "because" });
        Assert.Equal((false, taken), (report.Succeeded, report.ErrorCode));
        Assert.Contains("because", report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void It_cannot_speak_of_another_lease_nor_in_numbers_that_are_none()
    {
        var said = new WorkReport
        {
            Device = 9,
            Job = "another",
            Generation = 77,
            Succeeded = true,
            Rate = double.NaN,
            RateUnit = "GB/s bus",
            LastLoss = double.PositiveInfinity,
            Checked = true,
            MaxRelativeError = double.NaN,
            WentOnFrom = -5,
            Remark = new string('x', 1_000_000),
            Checksum = 12,
        };
        var report = TenantReport.Of(Lease(), said);
        Assert.Equal((1U, "mine", 3L, true), (report.Device, report.Job, report.Generation, report.Succeeded));
        Assert.Equal((0.0, "steps/s", 0.0, false, 0.0, 0L), (report.Rate, report.RateUnit, report.LastLoss, report.Checked, report.MaxRelativeError, report.WentOnFrom));
        Assert.Equal((2_000, 12UL), (report.Remark.Length, report.Checksum));
    }

    [Theory]
    [InlineData(TenantLauncher.ExitMemory, "out-of-memory", "512 MiB")]
    [InlineData(TenantLauncher.ExitTime, "timed-out", "time was over")]
    [InlineData(TenantLauncher.ExitCpu, "timed-out", "processor time")]
    [InlineData(TenantLauncher.ExitSetup, "not-permitted", "as user tenant")]
    [InlineData(137, "executor-crashed", "signal 9")]
    public void The_end_of_its_process_is_told_in_words(int status, string code, string words)
    {
        var report = new WorkReport();
        TenantReport.Fail(report, status, "killed by signal 9", User);
        Assert.Equal(code, report.ErrorCode);
        Assert.Contains(words, report.Error, StringComparison.Ordinal);
    }

    private static Lease Lease() => new() { Device = 1, Job = "mine", Generation = 3 };
}
