using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// What power domains may carry, by name: what was asked for, how much may be booked over it, and where armed caps hold. It
/// outlives every layout.
/// </summary>
internal sealed class HallLimits
{
    private const string LoopPrefix = "CoolingLoop/";

    private readonly Dictionary<PowerDomainId, Watts> _requested = [];
    private readonly Dictionary<PowerDomainId, LimitUrgency> _urgent = [];
    private readonly Dictionary<PowerDomainId, double> _booked = [];
    private readonly SortedDictionary<string, HashSet<RackId>> _fired = new(StringComparer.Ordinal);

    /// <summary>Limits asked for.</summary>
    public IReadOnlyDictionary<PowerDomainId, Watts> Requested => _requested;

    /// <summary>What a loop is called among the domains and loops for which armed caps hold: both may have the same name.</summary>
    public static string SubjectOf(CoolingLoopId loop) => LoopPrefix + loop.Value;

    /// <summary>The loop that is meant, or null when a domain is.</summary>
    public static CoolingLoopId? LoopOf(string subject) =>
        subject.StartsWith(LoopPrefix, StringComparison.Ordinal) ? new CoolingLoopId(subject[LoopPrefix.Length..]) : null;

    /// <summary>What is done for what was asked of a domain.</summary>
    public LimitUrgency UrgencyOf(PowerDomainId domain) => _urgent.GetValueOrDefault(domain);

    /// <summary>True when what is asked of a domain is kept by armed caps at once.</summary>
    public bool IsEmergency(PowerDomainId domain) => UrgencyOf(domain) == LimitUrgency.Emergency;

    /// <summary>True when jobs may be moved or paused for a domain's limit.</summary>
    public bool MayPause(PowerDomainId domain) => UrgencyOf(domain) >= LimitUrgency.Pause || _fired.ContainsKey(domain.Value);

    /// <summary>What may be booked over a domain's limit; 1 unless said otherwise.</summary>
    public double BookedOver(PowerDomainId domain) => _booked.GetValueOrDefault(domain, 1);

    /// <summary>Domains and loops for which armed caps hold.</summary>
    public IReadOnlyCollection<string> Fired => _fired.Keys;

    /// <summary>The racks on which they hold for it, by name.</summary>
    public IReadOnlyList<RackId> FiredFor(string subject) =>
        _fired.TryGetValue(subject, out var racks) ? [.. racks.OrderBy(rack => rack.Value, StringComparer.Ordinal)] : [];

    /// <summary>True while armed caps hold on a rack.</summary>
    public bool IsFired(RackId rack) => _fired.Values.Any(racks => racks.Contains(rack));

    /// <summary>Why a limit cannot be asked of a domain, or null.</summary>
    public static LimitObjection? Objection(HallState state, int domain, Watts? requested)
    {
        var (facts, standing) = (state.Layout.PowerDomains[domain], state.StandingDraw(domain));
        if (requested > facts.Limit)
            return new LimitObjection($"{requested} is more than the {facts.Limit} that {facts.Id} is rated for", "ask for that at most, or change its rating");
        return requested < standing
            ? new LimitObjection($"{requested} is less than the {standing} that the racks below {facts.Id} draw without any job", "ask for that at least")
            : null;
    }

    /// <summary>True while armed caps hold on a rack for one of some domains or loops.</summary>
    public bool IsFired(RackId rack, Predicate<string> subjects) => _fired.Any(one => subjects(one.Key) && one.Value.Contains(rack));

    public void Apply(PowerLimitAsked asked, HallNames names, HallState state)
    {
        if (asked.Limit is { } limit)
            _requested[asked.Domain] = limit;
        else
            _requested.Remove(asked.Domain);
        _urgent.Remove(asked.Domain);
        if (asked.Limit is not null && asked.Urgency != LimitUrgency.Lower)
            _urgent[asked.Domain] = asked.Urgency;
        Restore(asked.Domain, names, state);
    }

    public void Apply(PowerBooked booked, HallNames names, HallState state)
    {
        if (booked.Factor == 1)
            _booked.Remove(booked.Domain);
        else
            _booked[booked.Domain] = booked.Factor;
        Restore(booked.Domain, names, state);
    }

    public void Apply(FailsafeFired fired)
    {
        if (!_fired.TryGetValue(fired.Subject, out var racks))
            _fired[fired.Subject] = racks = [];
        racks.UnionWith(fired.Racks);
    }

    public void Apply(FailsafeReleased released, HallNames names, HallState state)
    {
        if (!_fired.TryGetValue(released.Subject, out var racks))
            return;
        racks.ExceptWith(released.Racks);
        if (racks.Count == 0)
            _fired.Remove(released.Subject);
        Restore(new PowerDomainId(released.Subject), names, state);
    }

    /// <summary>The most that a domain may carry at the meter: what is asked of it, never above what it is rated for.</summary>
    public Watts AtMeter(HallState state, int domain)
    {
        var rated = state.Layout.PowerDomains[domain].Limit;
        return _requested.TryGetValue(state.Layout.PowerDomains[domain].Id, out var asked) && asked < rated ? asked : rated;
    }

    /// <summary>The most that may be committed in a domain in the end.</summary>
    public Watts Target(HallState state, int domain)
    {
        var factor = BookedOver(state.Layout.PowerDomains[domain].Id);
        return factor == 1 ? AtMeter(state, domain) : AtMeter(state, domain) * factor;
    }

    /// <summary>Moves limits in force toward those that are to hold, never below what is committed; while armed caps hold, nothing more fits.</summary>
    public void Settle(HallState? state, HallNames names)
    {
        foreach (var name in _requested.Keys.Concat(_booked.Keys).Concat(_fired.Keys.Select(subject => new PowerDomainId(subject))))
        {
            if (!names.Domains.TryGetValue(name, out var domain))
                continue;
            var (committed, target) = (state!.PowerCommitted(domain), Target(state, domain));
            var limit = target < committed || _fired.ContainsKey(name.Value) ? committed : target;
            if (state.PowerLimit(domain) != limit)
                state.SetPowerLimit(domain, limit);
        }
    }

    public void AddTo(HallSnapshotRow row, HallState? state, HallNames names)
    {
        row.RequestedLimits = new(_requested);
        row.Urgent = new(_urgent);
        row.Booked = new(_booked);
        row.Fired = _fired.ToDictionary(one => one.Key, one => one.Value.ToList());
        foreach (var (name, domain) in names.Domains.Where(pair => _requested.ContainsKey(pair.Key) || _booked.ContainsKey(pair.Key)))
            row.LimitsInForce[name] = state!.PowerLimit(domain);
    }

    public void TakeFrom(HallSnapshotRow row)
    {
        foreach (var (domain, limit) in row.RequestedLimits)
            _requested[domain] = limit;
        foreach (var (domain, urgency) in row.Urgent)
            _urgent[domain] = urgency;
        foreach (var (domain, factor) in row.Booked)
            _booked[domain] = factor;
        foreach (var (subject, racks) in row.Fired)
            _fired[subject] = [.. racks];
    }

    // Back to what holds without anybody's word; what still is said is settled after every entry.
    private void Restore(PowerDomainId name, HallNames names, HallState state)
    {
        if (names.Domains.TryGetValue(name, out var domain))
            state.SetPowerLimit(domain, Target(state, domain));
    }
}
