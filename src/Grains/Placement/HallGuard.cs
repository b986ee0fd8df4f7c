using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// Keeps what a hall draws within what its power domains carry. Where more is drawn, caps that are armed on the nodes are
/// fired at once; then less is booked, so that flexible jobs are lowered; then jobs are moved or paused, lowest first; and
/// once what is committed fits, the caps are released rack by rack, no faster than the ramp. Where less is drawn than
/// booked, more may be booked, as far as the domain allows it.
/// </summary>
internal sealed class HallGuard(
    HallBook book, HallTelemetry telemetry, HallPower power, FactoryOptions options, Func<DateTimeOffset> now, Action<LedgerEntry> record,
    Action<ValueList<RackId>> fire)
{
    private readonly GuardSettings _settings = new();
    private readonly PowerRamp _ramp = new(options.PowerRisePerSecond, now());
    private readonly Dictionary<string, DateTimeOffset> _trippedAt = [];
    private readonly Dictionary<string, double> _drawnOfCommitted = [];
    private readonly Dictionary<PowerDomainId, DateTimeOffset> _overSince = [];
    private DateTimeOffset _trustsSince = now();

    private long Next => book.Sequence + 1;

    /// <summary>A layout is new: nothing is known of its racks for a while.</summary>
    public void Restart() => _trustsSince = now();

    /// <summary>Looks at what domains draw, by index, and fires where one draws more than it carries.</summary>
    public void Look(IReadOnlyList<ObservedPower> observed)
    {
        if (book.State is not { } state)
            return;
        for (var domain = 0; domain < observed.Count; domain++)
        {
            var (name, limit) = (state.Layout.PowerDomains[domain].Id, LimitToGuard(domain));
            var share = book.Limits.BookedOver(name) > 1 ? _settings.TripShare : 1;
            var isOver = observed[domain].IsEstimate
                ? observed[domain].Watts > limit && now() - _trustsSince > 2 * options.SilentRack
                : observed[domain].Watts > limit * share;
            if (isOver)
                Trip(domain, observed[domain], limit);
        }
    }

    /// <summary>Goes on with what was fired: pauses what cannot be lowered, releases what is safe.</summary>
    public void Climb(IReadOnlyList<ObservedPower> observed)
    {
        if (book.State is not { } state)
            return;
        Pause(observed);
        foreach (var subject in book.Limits.Fired.ToList())
        {
            if (book.Names.Domains.TryGetValue(new PowerDomainId(subject), out var domain))
                Release(subject, domain, observed[domain]);
            else if (HallLimits.LoopOf(subject) is not { } loop || !book.Names.Loops.ContainsKey(loop) || book.Conditions.LostSince(loop) is null)
                Release(subject, Watts.FromWatts(state.Layout.PowerDomains.Where(one => one.Parent < 0).Sum(one => one.Limit.Value)), "It carries heat again.");
        }
    }

    /// <summary>The job that would be moved or paused now, lowest first; null when none need be or may be.</summary>
    public static CycleStep? ShedOf(HallBook book, ulong seed, DateTimeOffset at, double timeScale)
    {
        var state = book.State!;
        var limits = new Dictionary<int, Watts>();
        for (var domain = 0; domain < state.Layout.PowerDomains.Count; domain++)
        {
            var target = book.Limits.Target(state, domain);
            if (book.Limits.MayPause(state.Layout.PowerDomains[domain].Id) && state.PowerCommitted(domain) > target)
                limits.Add(domain, target);
        }
        if (limits.Count == 0)
            return null;
        var first = limits.Keys.Min();
        var racks = book.Names.RacksBelow(first).ToHashSet();
        return new Shedding(state, PlacementProfile.Factory, seed)
            .Next(racks, limits, job => book.Jobs.TryGetValue(job, out var known) ? WorkSaved.Facts(known, at, timeScale) : null, WorkSaved.WorkTime(at, timeScale));
    }

    private Watts LimitToGuard(int domain)
    {
        var state = book.State!;
        return book.Limits.IsEmergency(state.Layout.PowerDomains[domain].Id) ? book.Limits.AtMeter(state, domain) : state.Layout.PowerDomains[domain].Limit;
    }

    private void Trip(int domain, ObservedPower drawn, Watts limit)
    {
        var state = book.State!;
        var name = state.Layout.PowerDomains[domain].Id;
        var racks = book.Names.RacksBelow(domain).Select(rack => state.Layout.Racks[rack].Id).ToValueList();
        if (book.Limits.FiredFor(name.Value).Count < racks.Count)
        {
            // Under caps nothing shows what would be drawn without them: what was drawn before tells.
            var before = book.Limits.FiredFor(name.Value).Count == 0 ? 0 : _drawnOfCommitted.GetValueOrDefault(name.Value, 1);
            _drawnOfCommitted[name.Value] = Math.Max(before, drawn.Watts / state.PowerCommitted(domain));
            // Safety does not wait for storage: the signal goes first, the entry follows.
            fire(racks);
            record(new FailsafeFired(Next, now(), name.Value, racks, $"{drawn.Watts} drawn{(drawn.IsEstimate ? ", as far as is known," : "")} where {limit} may be."));
        }
        else if ((now() - _trippedAt.GetValueOrDefault(name.Value)).Duration() < _settings.Patience)
        {
            return;
        }
        _trippedAt[name.Value] = now();
        _ramp.Restart(now());
        var committed = state.PowerCommitted(domain);
        var factor = Math.Floor(_settings.Aim * (committed / drawn.Watts) * (limit / book.Limits.AtMeter(state, domain)) * 1000) / 1000;
        if (factor < book.Limits.BookedOver(name))
            record(new PowerBooked(Next, now(), name, factor, $"Of {committed} committed {drawn.Watts} are drawn."));
        power.Relieve();
    }

    private void Pause(IReadOnlyList<ObservedPower> observed)
    {
        var state = book.State!;
        var isDue = false;
        for (var domain = 0; domain < observed.Count; domain++)
        {
            var name = state.Layout.PowerDomains[domain].Id;
            var isFired = book.Limits.FiredFor(name.Value).Count > 0;
            var isOver = book.Limits.MayPause(name) && (isFired ? WouldPass(domain)
                : state.PowerCommitted(domain) > book.Limits.Target(state, domain) && observed[domain].Watts > book.Limits.AtMeter(state, domain));
            if (!isOver)
                _overSince.Remove(name);
            else if (!_overSince.TryAdd(name, now()) && (now() - _overSince[name]).Duration() >= options.PauseAfter)
                isDue = true;
        }
        if (!isDue || power.IsUnderWay || HallPower.LowerOf(book).Count > 0)
            return;
        if (ShedOf(book, (ulong)Next, now(), options.TimeScale) is { } step)
            Shed?.Invoke(step);
    }

    // Whether more would be drawn than may be were the armed caps released. What is committed in vain is not shed.
    private bool WouldPass(int domain)
    {
        var (state, name) = (book.State!, book.State!.Layout.PowerDomains[domain].Id);
        var committed = state.PowerCommitted(domain);
        return committed > book.Limits.Target(state, domain) && committed * _drawnOfCommitted.GetValueOrDefault(name.Value, 1) > LimitToGuard(domain) * _settings.ReleaseBelow;
    }

    /// <summary>Carries a step out.</summary>
    public Action<CycleStep>? Shed { get; set; }

    private void Release(string subject, int domain, ObservedPower drawn)
    {
        var state = book.State!;
        var waits = WouldPass(domain) || power.IsUnderWay
            || (now() - _trippedAt.GetValueOrDefault(subject, _trustsSince)).Duration() < _settings.HoldFor || drawn.Watts > LimitToGuard(domain);
        if (!waits)
            Release(subject, state.Layout.PowerDomains[domain].Limit, $"{state.PowerCommitted(domain)} committed, {drawn.Watts} drawn.");
    }

    // Rack by rack, no faster than the ramp of what the feeds carry.
    private void Release(string subject, Watts whole, string because)
    {
        var state = book.State!;
        var (left, alone) = (_ramp.Together(now(), whole), _ramp.Alone(now(), whole));
        var released = new List<RackId>();
        foreach (var rack in book.Limits.FiredFor(subject))
        {
            var rises = book.Names.Racks.TryGetValue(rack, out var index) && telemetry.Of(rack, now())?.Watts is { } watts
                ? Math.Max(0, state.RackDraw(index).Value - watts) : 0;
            if (rises > left.Value && !(released.Count == 0 && rises <= alone.Value))
                break;
            released.Add(rack);
            left -= Watts.FromWatts(rises);
        }
        if (released.Count == 0)
            return;
        _ramp.Restart(now());
        record(new FailsafeReleased(Next, now(), subject, released.ToValueList(), because));
    }
}

/// <summary>When a hall's guard acts.</summary>
internal sealed record GuardSettings
{
    /// <summary>Share of a limit at which armed caps are fired where more is booked than it (Dynamo, ISCA 2016).</summary>
    public double TripShare { get; init; } = 0.99;

    /// <summary>Share of a limit that booking aims at after an excursion; from the same source.</summary>
    public double Aim { get; init; } = 0.95;

    /// <summary>Share of a limit that must not be exceeded without caps for them to be released.</summary>
    public double ReleaseBelow { get; init; } = 0.98;

    /// <summary>How long caps hold at least.</summary>
    public TimeSpan HoldFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long caps and lower bookings may take to show before more is done.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
