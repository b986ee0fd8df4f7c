using ControlPlane.Domain.Units;
using ControlPlane.Facility;

namespace ControlPlane.Hardware.Simulated;

/// <summary>
/// A GPU that exists only as numbers: power, die temperature, and leases whose work advances with time. It holds no
/// clock: every method takes the instant. What it answers is a function of the calls made and their instants, so one
/// rebuilt by the same calls answers the same, and looking changes nothing. An instant before the last change reads as
/// that change's: clocks step back. Not thread safe.
/// </summary>
/// <remarks>
/// Power and heat follow <see cref="GpuPower"/> and <see cref="ThermalMass"/>. A cap below the demand slows the work by
/// the cube root of the dynamic power left, because dynamic power is C V^2 f and voltage follows frequency near the top
/// of the range; a fifth less power costs about 7 % of speed, as is measured on data-centre GPUs under language models.
/// </remarks>
/// <param name="rating">What the card is.</param>
/// <param name="inletCelsius">Temperature of the air or water that cools it.</param>
/// <param name="timeScale">Simulated seconds in a second of the instants given, for work and heat alike.</param>
/// <param name="start">The first instant: the die is settled at idle power.</param>
public sealed class SimulatedGpu(SimulatedGpuRating rating, double inletCelsius, double timeScale, DateTimeOffset start)
{
    /// <summary>Work with less than this left is done: sums of seconds are rounded.</summary>
    private const double Rounding = 1e-6;

    /// <summary>The die is settled long before; bounds the time a step may span.</summary>
    private const double LongestSeconds = 1e6;

    private readonly double _timeScale = timeScale > 0 ? timeScale : throw new ArgumentOutOfRangeException(nameof(timeScale), timeScale, "Time must go forward.");
    private readonly List<Held> _held = [];
    private Celsius _inlet = Celsius.FromDegrees(inletCelsius);
    private Watts _cap = Watts.FromWatts(1e9);

    // Everything below is as of this instant; readings reckon on from here without changing it.
    private DateTimeOffset _mark = start;
    private Celsius _die = rating.Cooling.Settled(rating.Idle, Celsius.FromDegrees(inletCelsius));

    /// <summary>Why the device has failed; empty unless it has.</summary>
    public string FailureDetail { get; private set; } = "";

    /// <summary>Thousandths of the device that leases hold.</summary>
    public int HeldMilli => _held.Sum(held => held.Milli);

    private bool HasFailed => FailureDetail.Length > 0;

    /// <summary>
    /// Gives thousandths of the device to a lease whose work began at the instant. Returns null, or why not: the device
    /// has failed, or other leases leave too little. The same lease again changes nothing.
    /// </summary>
    public string? Start(SimulatedLease lease, SimulatedRun run, int milli, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(milli);
        if (_held.Exists(held => held.Lease == lease))
            return null;
        if (HasFailed)
            return $"the device has failed: {FailureDetail}";
        if (HeldMilli + milli > 1000)
            return FormattableString.Invariant($"{HeldMilli} of 1000 thousandths are held, {milli} more do not fit");
        Settle(at);
        // Of a lease heard of late the time that is past counts as work at full speed.
        var late = Math.Max(0, (_mark - at).TotalSeconds) * _timeScale;
        _held.Add(new Held(lease, run, milli) { DoneSeconds = Math.Min(late, run.FullSpeedSeconds) });
        return null;
    }

    /// <summary>Takes the device back from a lease. False when it does not hold it.</summary>
    public bool Stop(SimulatedLease lease, DateTimeOffset now)
    {
        Settle(now);
        return _held.RemoveAll(held => held.Lease == lease) > 0;
    }

    /// <summary>Limits the power from now on; null lifts the limit. A cap below idle power has no further effect.</summary>
    public void Cap(double? watts, DateTimeOffset now)
    {
        Settle(now);
        _cap = Watts.FromWatts(watts ?? 1e9);
    }

    /// <summary>What cools the device has another temperature from now on.</summary>
    public void SetInlet(double celsius, DateTimeOffset now)
    {
        Settle(now);
        _inlet = Celsius.FromDegrees(celsius);
    }

    /// <summary>The device fails now: its work stops where it is, until <see cref="Repair"/>.</summary>
    public void Fail(string detail, DateTimeOffset now)
    {
        ArgumentException.ThrowIfNullOrEmpty(detail);
        Settle(now);
        FailureDetail = detail;
    }

    /// <summary>The work that runs stops advancing but keeps the device busy, as a kernel in an endless loop does.</summary>
    public void Hang(DateTimeOffset now)
    {
        Settle(now);
        foreach (var held in _held.Where(held => !held.IsDone))
            held.IsHung = true;
    }

    /// <summary>An operator has put the device right. Its leases, if any, are gone.</summary>
    public void Repair(DateTimeOffset now)
    {
        Settle(now);
        FailureDetail = "";
        _held.Clear();
    }

    public SimulatedGpuState StateAt(DateTimeOffset now)
    {
        if (HasFailed)
            return SimulatedGpuState.Failed;
        var (_, held) = At(now);
        return held.Exists(one => one.IsHung) ? SimulatedGpuState.Hung
            : held.Exists(one => !one.IsDone) ? SimulatedGpuState.Running
            : held.Count > 0 ? SimulatedGpuState.Completed : SimulatedGpuState.Idle;
    }

    /// <summary>How far a lease's work is, or null when the device does not hold it.</summary>
    public SimulatedProgress? Progress(SimulatedLease lease, DateTimeOffset now)
    {
        if (At(now).Held.Find(one => one.Lease == lease) is not { } held)
            return null;
        var share = held.IsDone ? 1 : held.DoneSeconds / held.Run.FullSpeedSeconds;
        return new SimulatedProgress(share, held.IsDone, share * held.Run.Tokens);
    }

    public SimulatedSample Sample(DateTimeOffset now)
    {
        var (die, held) = At(now);
        var utilisation = HasFailed ? 0 : Utilisation(held);
        return new SimulatedSample(PowerAt(utilisation).Value, die.Value, utilisation);
    }

    private void Settle(DateTimeOffset now)
    {
        var (die, held) = At(now);
        _die = die;
        _held.Clear();
        _held.AddRange(held);
        _mark = now > _mark ? now : _mark;
    }

    // From one completion to the next: each changes what the device draws and how fast the rest goes under a cap.
    private (Celsius Die, List<Held> Held) At(DateTimeOffset now)
    {
        var held = _held.ConvertAll(one => one.Copy());
        var die = _die;
        var left = Math.Max(0, (now - _mark).TotalSeconds) * _timeScale;
        while (left > 0)
        {
            var utilisation = HasFailed ? 0 : Utilisation(held);
            var speed = HasFailed ? 0 : SpeedAt(utilisation);
            var advancing = speed == 0 ? [] : held.FindAll(one => !one.IsDone && !one.IsHung);
            var step = advancing.Count == 0 ? left : Math.Min(left, advancing.Min(one => one.Run.FullSpeedSeconds - one.DoneSeconds) / speed);
            foreach (var one in advancing)
                one.DoneSeconds += step * speed;
            die = rating.Cooling.After(die, PowerAt(utilisation), _inlet, TimeSpan.FromSeconds(Math.Min(step, LongestSeconds)));
            left -= step;
        }
        return (die, held);
    }

    private static double Utilisation(List<Held> held) =>
        Math.Min(1, held.Sum(one => one.IsDone ? 0 : one.Run.Utilisation * one.Milli / 1000));

    private Watts PowerAt(double utilisation) => GpuPower.UnderCap(utilisation, rating.Idle, rating.Limit, _cap);

    private double SpeedAt(double utilisation) =>
        Math.Max(rating.SlowestSpeed, Math.Cbrt(GpuPower.SpeedUnderCap(utilisation, rating.Idle, rating.Limit, _cap)));

    private sealed record Held(SimulatedLease Lease, SimulatedRun Run, int Milli)
    {
        public double DoneSeconds { get; set; }

        public bool IsHung { get; set; }

        public bool IsDone => Run.FullSpeedSeconds - DoneSeconds <= Rounding;

        public Held Copy() => this with { };
    }
}
