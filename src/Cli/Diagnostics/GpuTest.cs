using System.Diagnostics;
using ControlPlane.Api;
using ControlPlane.Facility.Diagnostics;

namespace ControlPlane.Cli.Diagnostics;

/// <summary>What is known so far of a GPU under test.</summary>
internal sealed class GpuTest
{
    private readonly Judgement _judgement;
    private readonly CardReadings _before;
    private readonly long _began = Stopwatch.GetTimestamp();
    private CardReadings _most = new();

    public GpuTest(GpuResponse gpu)
    {
        Name = gpu.Device ?? "unknown";
        _judgement = new Judgement(DiagnosticsCriteria.Default, Name);
        MayRun = gpu.Device is not null && !gpu.Health.StartsWith("failed", StringComparison.Ordinal);
        Lines.Add(
            gpu.Device is null ? new("device", "none", "present", CheckVerdict.Failed, "no agent has told of it")
            : new("device", gpu.Health, "healthy", gpu.Health.StartsWith("healthy", StringComparison.Ordinal) ? CheckVerdict.Passed : CheckVerdict.Failed, ""));
        _before = Of(gpu);
        Lines.AddRange(_judgement.AtRest(_before));
    }

    public string Name { get; }

    public List<CheckResult> Lines { get; } = [];

    /// <summary>False once it was found unfit: then nothing more is run on it.</summary>
    public bool MayRun { get; private set; }

    /// <summary>The rate of its single-precision products, GFLOP/s; 0 while unknown.</summary>
    public double MatrixRate => Lines.FirstOrDefault(line => line.Check == DiagnosticsPlan.MatrixRate)?.Rate ?? 0;

    public bool Has(string check) => Lines.Any(line => line.Check == check);

    public void Add(DiagnosticsRun run, KernelResponse kernel)
    {
        var broke = !kernel.Succeeded && kernel.ErrorCode != "wrong-result";
        Lines.Add(broke
            ? Judgement.Broke(run.Check, $"{kernel.ErrorCode}: {kernel.Error}")
            : _judgement.Ran(run, kernel.Rate, kernel.RateUnit, kernel.Succeeded ? null : kernel.Error));
        MayRun &= kernel.Succeeded;
    }

    public void LeaveOut(string check, string because) => Lines.Add(Judgement.LeftOut(check, because));

    /// <summary>Takes its readings under load.</summary>
    public void See(GpuResponse gpu) => _most = _most.OrMore(Of(gpu));

    public void AddLoad() => Lines.AddRange(_judgement.UnderLoad(_most));

    /// <summary>Errors that came up since the first reading, by the newest that the host has.</summary>
    public void AddErrors(GpuResponse gpu)
    {
        var after = Of(gpu);
        Lines.Add(Judgement.ErrorsSince(_before.UncorrectedErrors, after.UncorrectedErrors));
        Lines.Add(_judgement.LinkErrorsSince(_before.Links, after.Links, Stopwatch.GetElapsedTime(_began).TotalMinutes));
    }

    private static CardReadings Of(GpuResponse gpu) =>
        new()
        {
            TemperatureCelsius = gpu.TemperatureCelsius,
            PowerWatts = gpu.PowerWatts,
            LimitWatts = gpu.LimitWatts,
            UncorrectedErrors = gpu.UncorrectedErrors,
            RowsPending = gpu.RowsPending,
            RowsFailed = gpu.RowsFailed,
            SlowedBecause = gpu.SlowedBecause,
            Links = gpu.Links,
        };
}
