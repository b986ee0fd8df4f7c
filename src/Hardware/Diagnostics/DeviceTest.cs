using ControlPlane.Domain;
using ControlPlane.Facility.Diagnostics;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Diagnostics;

/// <summary>Tests one device of this machine, as deep as asked for.</summary>
/// <param name="device">The device. After a sticky fault or a kernel that hangs it is of no more use, and the rest is left out.</param>
/// <param name="clock">Tells how long the load has lasted.</param>
public sealed class DeviceTest(IComputeDevice device, TimeProvider clock)
{
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromSeconds(1);

    private readonly Judgement _judgement = new(DiagnosticsCriteria.Default, device.Description.Name);
    private readonly DiagnosticsWorkload _workload = DiagnosticsCriteria.Default.WorkloadOf(device.Description.Name);
    private readonly List<CheckResult> _lines = [];

    // Why the device is of no more use; null while it is.
    private string? _lost;

    /// <summary>How long the load of level 3 lasts; one product at least.</summary>
    public TimeSpan LoadFor { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a kernel may take.</summary>
    public TimeSpan KernelTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Runs the tests of a level, 1 to 3. Faults of the device are lines, not exceptions.</summary>
    /// <param name="level">1 to 3.</param>
    /// <param name="cancellation">Looked at between kernels.</param>
    public async Task<DeviceDiagnosis> RunAsync(int level, CancellationToken cancellation)
    {
        var facts = device.Description;
        _lines.Add(new("device", facts.Uuid.Length > 0 ? $"{facts.Kind}, {facts.Uuid}" : facts.Kind, "present", CheckVerdict.Passed, ""));
        var before = Read();
        var began = clock.GetTimestamp();
        _lines.AddRange(_judgement.AtRest(Of(before)));
        var free = before.MemoryUsedBytes is { } used ? facts.MemoryBytes - used : facts.MemoryBytes;
        foreach (var run in DiagnosticsPlan.Of(level, _workload, free))
            _lines.Add(await LineAsync(run, cancellation).ConfigureAwait(false));
        if (level == DiagnosticsPlan.DeepestLevel)
            await LoadAsync(cancellation).ConfigureAwait(false);
        if (level > 1)
        {
            var after = Read();
            _lines.Add(Judgement.ErrorsSince(before.UncorrectedErrors, after.UncorrectedErrors));
            _lines.Add(_judgement.LinkErrorsSince(before.Links, after.Links, clock.GetElapsedTime(began).TotalMinutes));
        }
        return new(facts.Id, facts.Name, _lines.ToValueList());
    }

    private async Task<CheckResult> LineAsync(DiagnosticsRun run, CancellationToken cancellation)
    {
        if (_lost is not null)
            return Judgement.LeftOut(run.Check, _lost);
        var running = KernelRun.RunAsync(device, new(run.Kernel, run.Sizes, run.Repetitions, Check: true, Seed: 1), null, cancellation);
        try
        {
            var result = await running.WaitAsync(KernelTimeout, clock, cancellation).ConfigureAwait(false);
            return _judgement.Ran(run, result.Rate, result.RateUnit, result.Mistake);
        }
        catch (DeviceFaultException fault)
        {
            if (fault.IsSticky)
                _lost = $"the device's context was lost by {fault.ErrorCode} in \"{run.Check}\"";
            return Judgement.Broke(run.Check, $"{fault.ErrorCode}: {fault.Message}");
        }
        catch (TimeoutException)
        {
            _lost = $"a kernel hangs since \"{run.Check}\"";
            return Judgement.Broke(run.Check, FormattableString.Invariant($"{run.Kernel} did not return within {KernelTimeout.TotalSeconds:0} s"));
        }
        catch (OutOfMemoryException)
        {
            return Judgement.LeftOut(run.Check, "this machine has no memory left for its data");
        }
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        using var done = new CancellationTokenSource();
        var watching = WatchAsync(done.Token);
        var rates = new List<double>();
        var burn = DiagnosticsPlan.Burn(_workload, 1);
        CheckResult line;
        do
        {
            line = await LineAsync(burn, cancellation).ConfigureAwait(false);
            if (line.Rate is { } rate)
                rates.Add(rate);
        }
        while (line.Verdict == CheckVerdict.Passed && clock.GetElapsedTime(began) < LoadFor);
        await done.CancelAsync().ConfigureAwait(false);
        // The slowest speaks: a card that throttles after a minute shows in no average.
        if (line.Verdict == CheckVerdict.Passed)
            line = _judgement.Ran(burn with { Covers = FormattableString.Invariant($"{rates.Count} times in {clock.GetElapsedTime(began).TotalSeconds:0} s") }, rates.Min(), "GFLOP/s at the slowest", null);
        _lines.Add(line);
        _lines.AddRange(_judgement.UnderLoad(await watching.ConfigureAwait(false)));
    }

    // The most of each reading, and every reason for which it slowed down.
    private async Task<CardReadings> WatchAsync(CancellationToken done)
    {
        var most = Of(Read());
        using var timer = new PeriodicTimer(SamplePeriod, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(done).ConfigureAwait(false))
                most = most.OrMore(Of(Read()));
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }
        return most.OrMore(Of(Read()));
    }

    // A device that is lost has no readings.
    private DeviceReadings Read()
    {
        try
        {
            return device.Read();
        }
        catch (DeviceFaultException)
        {
            return default;
        }
    }

    private CardReadings Of(DeviceReadings read) => new()
    {
        MemoryBytes = device.Description.MemoryBytes,
        DriverVersion = device.Description.DriverVersion,
        UncorrectedErrors = read.UncorrectedErrors,
        RowsPending = read.RowsPending,
        RowsFailed = read.RowsFailed,
        SlowedBecause = read.SlowedBecause,
        Links = read.Links,
        TemperatureCelsius = read.TemperatureCelsius,
        PowerWatts = read.PowerWatts,
        LimitWatts = read.LimitWatts,
        DefaultLimitWatts = read.DefaultLimitWatts,
    };
}
