namespace ControlPlane.Hardware.Simulated;

/// <summary>
/// A GPU that exists only as numbers: power, die temperature, and work that advances with time. It holds no clock:
/// every method takes the instant, and instants must not go backwards. What it answers is a function of the calls
/// made and their instants, so one rebuilt by the same calls answers the same. Not thread safe.
/// </summary>
/// <remarks>
/// Power goes from idle to the demand of the work in a straight line of utilisation. A cap below the demand slows
/// the work by the cube root of the dynamic power left, because dynamic power is C V^2 f and voltage follows
/// frequency near the top of the range; a fifth less power costs about 7 % of speed, which is also what is measured
/// on data-centre GPUs under language models. The die follows inlet + watts x resistance with a first-order lag, the
/// usual lumped thermal model.
/// </remarks>
/// <param name="rating">What the card is.</param>
/// <param name="inletCelsius">Temperature of the air or water that cools it.</param>
/// <param name="timeScale">Simulated seconds in a second of the instants given, for work and heat alike.</param>
/// <param name="start">The first instant: the die is settled at idle power.</param>
public sealed class SimulatedGpu(SimulatedGpuRating rating, double inletCelsius, double timeScale, DateTimeOffset start)
{
    private readonly double _timeScale = timeScale > 0 ? timeScale : throw new ArgumentOutOfRangeException(nameof(timeScale), timeScale, "Time must go forward.");
    private double _inletCelsius = inletCelsius;
    private double _capWatts = double.PositiveInfinity;
    private SimulatedWork? _work;
    private SimulatedGpuState _state = SimulatedGpuState.Idle;

    // Everything below is as of this instant; samples reckon on from here without changing it.
    private DateTimeOffset _mark = start;
    private double _dieCelsius = inletCelsius + rating.IdleWatts * rating.ThermalResistanceCelsiusPerWatt;
    private double _doneSeconds;

    /// <summary>The job that holds the device, or null.</summary>
    public string? Job { get; private set; }

    /// <summary>The newest generation seen.</summary>
    public long Generation { get; private set; }

    /// <summary>Why the device has failed; empty unless it has.</summary>
    public string FailureDetail { get; private set; } = "";

    /// <summary>
    /// Gives the device to a job. Returns null, or why not: an older generation, a generation that is taken by
    /// another job, or a failed device. A newer generation supersedes what runs; the same lease again changes nothing.
    /// </summary>
    public string? Lease(string job, long generation, SimulatedWork work, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (generation < Generation)
            return FormattableString.Invariant($"generation {generation} is older than {Generation}, the newest seen for this device");
        if (generation == Generation)
            return job == Job ? null : FormattableString.Invariant($"generation {generation} is ended, or belongs to another job");
        if (_state == SimulatedGpuState.Failed)
            return $"the device has failed: {FailureDetail}";
        Settle(now);
        (Job, Generation, _work, _doneSeconds, _state) = (job, generation, work, 0, SimulatedGpuState.Running);
        return null;
    }

    /// <summary>Takes the device back from a lease. False when another or a newer lease holds it.</summary>
    public bool Release(string job, long generation, DateTimeOffset now)
    {
        if (job != Job || generation != Generation)
            return false;
        Settle(now);
        (Job, _work, _doneSeconds) = (null, null, 0);
        if (_state != SimulatedGpuState.Failed)
            _state = SimulatedGpuState.Idle;
        return true;
    }

    /// <summary>Limits the power from now on; null lifts the limit. A cap below idle power has no further effect.</summary>
    public void Cap(double? watts, DateTimeOffset now)
    {
        Settle(now);
        _capWatts = watts ?? double.PositiveInfinity;
    }

    public void SetInlet(double celsius, DateTimeOffset now)
    {
        Settle(now);
        _inletCelsius = celsius;
    }

    /// <summary>The device fails now: its work stops where it is, until <see cref="Repair"/>.</summary>
    public void Fail(string detail, DateTimeOffset now)
    {
        Settle(now);
        (_state, FailureDetail) = (SimulatedGpuState.Failed, detail);
    }

    /// <summary>The work that runs stops advancing but keeps the device busy, as a kernel in an endless loop does.</summary>
    public void Hang(DateTimeOffset now)
    {
        Settle(now);
        if (_state == SimulatedGpuState.Running)
            _state = SimulatedGpuState.Hung;
    }

    /// <summary>An operator has put the device right. Its lease, if any, is gone.</summary>
    public void Repair(DateTimeOffset now)
    {
        Settle(now);
        (_state, FailureDetail, Job, _work, _doneSeconds) = (SimulatedGpuState.Idle, "", null, null, 0);
    }

    public SimulatedGpuState StateAt(DateTimeOffset now) => At(now).State;

    /// <summary>When the work will be done if nothing changes; null when it is not advancing.</summary>
    public DateTimeOffset? CompletesAt() =>
        _state == SimulatedGpuState.Running ? _mark.AddSeconds(RemainingSeconds()) : null;

    public SimulatedSample Sample(DateTimeOffset now)
    {
        var (state, die, done) = At(now);
        var progress = _work is { FullSpeedSeconds: > 0 } work ? Math.Clamp(done / work.FullSpeedSeconds, 0, 1) : 0;
        return new(Watts(state), die, Utilisation(state), progress, progress * (_work?.Tokens ?? 0));
    }

    private void Settle(DateTimeOffset now)
    {
        (_state, _dieCelsius, _doneSeconds) = At(now);
        _mark = now;
    }

    private (SimulatedGpuState State, double DieCelsius, double DoneSeconds) At(DateTimeOffset now)
    {
        var seconds = (now - _mark).TotalSeconds;
        ArgumentOutOfRangeException.ThrowIfNegative(seconds, nameof(now));
        if (_state != SimulatedGpuState.Running)
            return (_state, Die(_dieCelsius, Watts(_state), seconds), _doneSeconds);
        var remaining = RemainingSeconds();
        if (seconds < remaining)
            return (_state, Die(_dieCelsius, Watts(_state), seconds), _doneSeconds + seconds * _timeScale * Speed());
        // The work ended between: the die warms until then, and cools from there.
        var atEnd = Die(_dieCelsius, Watts(SimulatedGpuState.Running), remaining);
        var after = Die(atEnd, Watts(SimulatedGpuState.Completed), seconds - remaining);
        return (SimulatedGpuState.Completed, after, _work!.FullSpeedSeconds);
    }

    // In seconds of the instants given, not of simulated time.
    private double RemainingSeconds() => Math.Max(0, _work!.FullSpeedSeconds - _doneSeconds) / (Speed() * _timeScale);

    private double Die(double from, double watts, double seconds)
    {
        var target = _inletCelsius + watts * rating.ThermalResistanceCelsiusPerWatt;
        return target + (from - target) * Math.Exp(-seconds * _timeScale / rating.ThermalTimeConstantSeconds);
    }

    private double Utilisation(SimulatedGpuState state) =>
        state is SimulatedGpuState.Running or SimulatedGpuState.Hung ? _work?.Utilisation ?? 0 : 0;

    private double DemandWatts(SimulatedGpuState state) =>
        rating.IdleWatts + (rating.LimitWatts - rating.IdleWatts) * Utilisation(state);

    private double Watts(SimulatedGpuState state) => Math.Min(DemandWatts(state), Math.Max(_capWatts, rating.IdleWatts));

    private double Speed()
    {
        var demanded = DemandWatts(SimulatedGpuState.Running) - rating.IdleWatts;
        var granted = Watts(SimulatedGpuState.Running) - rating.IdleWatts;
        return demanded <= 0 ? 1 : Math.Max(rating.SlowestSpeed, Math.Cbrt(granted / demanded));
    }
}
