using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Grains.Grid;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// What a hall is: the projection of its ledger. Every change goes through <see cref="Apply"/>, which decides
/// nothing, so the same entries always make the same hall.
/// </summary>
internal sealed class HallBook
{
    private readonly Dictionary<JobId, JobEntry> _jobs = [];
    private readonly Dictionary<int, HashSet<JobId>> _onRack = [];
    private FailsafeCaps? _armed;
    private readonly HashSet<JobId> _deferred = [];
    private readonly SortedSet<JobId> _beingLowered = new(Comparer<JobId>.Create((one, other) => string.CompareOrdinal(one.Value, other.Value)));

    /// <summary>The last entry applied.</summary>
    public long Sequence { get; private set; }

    /// <summary>Grows with every entry that changes what fits in the hall.</summary>
    public long Changes { get; private set; }

    /// <summary>The last entry that something other than a scheduling cycle made, and that may change what a cycle does.</summary>
    public long LastEvent { get; private set; }

    /// <summary>The factory's version that the layout came from; 0 without a layout.</summary>
    public long Version { get; private set; }

    /// <summary>The hall's state for placement, or null before it has a layout.</summary>
    public HallState? State { get; private set; }

    /// <summary>Where each name stands in the layout.</summary>
    public HallNames Names { get; private set; } = HallNames.Empty;

    /// <summary>The jobs the hall knows: waiting, holding GPUs, or ended and not yet acknowledged.</summary>
    public IReadOnlyDictionary<JobId, JobEntry> Jobs => _jobs;

    /// <summary>Waiting jobs in the order in which they are tried.</summary>
    public IEnumerable<JobEntry> Waiting => Line.InOrder.Select(waiting => _jobs[waiting.Job]);

    /// <summary>The waiting jobs as placement sees them; changed here only.</summary>
    public WaitingJobs Line { get; } = new();

    /// <summary>Jobs that hold something in a rack, oldest generation first.</summary>
    public IEnumerable<JobEntry> OnRack(int rack) =>
        _onRack.TryGetValue(rack, out var jobs) ? jobs.Select(job => _jobs[job]).OrderBy(job => job.Generation) : [];

    /// <summary>Jobs whose racks have not all confirmed a lower power limit, by name.</summary>
    public IReadOnlyCollection<JobId> BeingLowered => _beingLowered;

    /// <summary>What the grid says of its energy over time; null when nobody said.</summary>
    public GridSignal? Signal { get; private set; }

    /// <summary>Jobs whose start is put off; they are not in the line.</summary>
    public IReadOnlyCollection<JobId> Deferred => _deferred;

    /// <summary>How many jobs wait in the line.</summary>
    public int WaitingCount => Line.Count;

    /// <summary>Jobs that ended since the hall's first day.</summary>
    public long Ended { get; private set; }

    /// <summary>Tokens of ended jobs.</summary>
    public double Tokens { get; private set; }

    /// <summary>What is out of order.</summary>
    public HallConditions Conditions { get; } = new();

    /// <summary>What power domains may carry.</summary>
    public HallLimits Limits { get; } = new();

    /// <summary>Applies the next entry.</summary>
    /// <exception cref="InvalidOperationException">The entry is not the next one, or contradicts the hall.</exception>
    public void Apply(LedgerEntry entry)
    {
        if (entry.Sequence != Sequence + 1)
            throw new InvalidOperationException($"Entry {entry.Sequence} follows entry {Sequence}: the ledger has a gap.");
        Sequence = entry.Sequence;
        if (entry is not (JobQueued or JobRefused or JobStarted or JobForgotten or PowerLowered or StragglersChanged))
            Changes++;
        if (entry is not (StepTaken or JobPlaced { Spec: null } or JobRefused or JobStarted or JobForgotten or PowerLowered or StragglersChanged))
            LastEvent = entry.Sequence;
        switch (entry)
        {
            case HallConfigured configured:
                Configure(configured);
                break;
            case PowerLimitAsked asked:
                Ask(asked);
                break;
            case PowerBooked booked:
                Limits.Apply(booked, Names, State!);
                break;
            case FailsafeFired fired:
                Fire(fired);
                break;
            case FailsafeReleased released:
                Limits.Apply(released, Names, State!);
                break;
            case NodeConditionChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case RackHeatChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case LoopChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case RackConditionChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case NodeHealthChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case GpuConditionChanged changed:
                Conditions.Set(changed, Names, State!);
                break;
            case LinkChanged changed:
                Cut(changed);
                break;
            default:
                ApplyToJob(entry);
                break;
        }
        Limits.Settle(State, Names);
    }

    private void ApplyToJob(LedgerEntry entry)
    {
        switch (entry)
        {
            case JobQueued queued:
                Put(JobEffects.Of(queued));
                break;
            case JobRefused refused:
                Ended++;
                Put(JobEffects.Of(refused));
                break;
            case JobPlaced placed:
                Place(placed);
                break;
            case JobStarted started:
                Put(_jobs[started.Job] with { Sequence = started.Sequence, Phase = JobPhase.Running, StartedAt = started.StartedAt });
                break;
            case StepTaken step:
                Take(step);
                break;
            case PowerLowered lowered:
                foreach (var (job, percent) in lowered.Jobs)
                    Put(PowerEffects.Lowered(_jobs[job], percent, lowered));
                break;
            case PowerConfirmed confirmed:
                SetPercents(confirmed.Jobs, confirmed.Sequence);
                break;
            case PowerRaised raised:
                SetPercents(raised.Jobs, raised.Sequence);
                break;
            case SignalGiven given:
                Signal = given.Signal;
                foreach (var changed in given.Jobs)
                    Put(Deferrals.Changed(_jobs[changed.Job], changed, given.Sequence));
                break;
            case DeferralsEnded due:
                foreach (var job in due.Jobs)
                    Put(Deferrals.Ended(_jobs[job], due.Sequence));
                break;
            case JobEnded ended:
                End(ended);
                break;
            case StragglersChanged changed:
                Put(_jobs[changed.Job] with { Sequence = changed.Sequence, SlowRanks = changed.Ranks, Slow = changed.Message });
                break;
            case JobForgotten forgotten:
                _jobs.Remove(forgotten.Job);
                break;
            default:
                throw new InvalidOperationException($"The ledger holds an entry of a kind this version does not know: {entry.GetType().Name}.");
        }
    }

    private void Place(JobPlaced placed)
    {
        var known = _jobs.GetValueOrDefault(placed.Job);
        var spec = known?.Spec ?? placed.Spec ?? throw new InvalidOperationException($"Entry {placed.Sequence} places {placed.Job}, which the hall has not heard of.");
        State!.Assign(placed.Job, spec, placed.Decision.Assignment);
        Put(JobEffects.Of(placed, known, spec, Names));
    }

    private void Take(StepTaken taken)
    {
        var step = taken.Step;
        var spec = _jobs.TryGetValue(step.Job, out var known) ? known.Spec
            : throw new InvalidOperationException($"Entry {taken.Sequence} is about {step.Job}, which the hall has not heard of.");
        step.ApplyTo(State!, spec);
        foreach (var job in StepEffects.Of(taken, _jobs, Names))
            Put(job);
    }

    private void SetPercents(ValueList<JobPercent> jobs, long sequence)
    {
        foreach (var (job, percent) in jobs)
        {
            var entry = PowerEffects.Set(_jobs[job], percent, sequence, Names.Layout);
            State!.Reassign(job, entry.Assignment!);
            Put(entry);
        }
    }

    private void Cut(LinkChanged changed)
    {
        Conditions.Set(changed, Names, State!);
        foreach (var job in changed.Across.Where(job => State!.Contains(job)))
            Put(_jobs[job] with { Sequence = changed.Sequence, Notice = LinkText.Notice(_jobs[job], State!) });
    }

    private void Ask(PowerLimitAsked asked)
    {
        Limits.Apply(asked, Names, State!);
        _armed = null;
        SlowDown(Limits.Fired.SelectMany(Limits.FiredFor));
    }

    private void Fire(FailsafeFired fired)
    {
        Limits.Apply(fired);
        SlowDown(fired.Racks);
    }

    // What runs under armed caps is slowed from now on, and counted so.
    private void SlowDown(IEnumerable<RackId> racks)
    {
        foreach (var job in racks.Where(Names.Racks.ContainsKey).SelectMany(rack => OnRack(Names.Racks[rack])).DistinctBy(job => job.Job).ToList())
            Put(_jobs[job.Job] with { SlowestSpeed = Math.Min(job.SlowestSpeed, PowerEffects.SpeedOf(job.Spec, job.Assignment!, Names.Layout, CapOf)) });
    }

    /// <summary>Where the caps that are armed in a rack lie between the lowest (0) and the full limit (1): the lowest where its cooling is lost.</summary>
    public double ArmedLevelOf(int rack) => Limits.IsFired(Names.Layout.Racks[rack].Id, HasLostCooling) ? 0 : ArmedCaps().LevelOf(rack);

    private static bool HasLostCooling(string subject) => HallLimits.LoopOf(subject) is not null;

    private Watts CapOf(int node) => ArmedLevelOf(Names.Layout.Nodes[node].Rack) == 0 ? FailsafeCaps.FloorOf(Names.Layout, node) : ArmedCaps().CapOf(node);

    /// <summary>The caps that are armed on the nodes, for what domains may carry at the meter.</summary>
    public FailsafeCaps ArmedCaps() => _armed ??= FailsafeCaps.Of(
        Names.Layout, [.. Enumerable.Range(0, Names.Layout.PowerDomains.Count).Select(domain => Limits.AtMeter(State!, domain))]);

    private void End(JobEnded ended)
    {
        var job = _jobs[ended.Job];
        if (job.Assignment is not null)
            State!.Release(ended.Job);
        Ended++;
        Tokens += ended.Tokens;
        Put(JobEffects.Of(ended, job));
    }

    private void Put(JobEntry job)
    {
        if (_jobs.TryGetValue(job.Job, out var old))
        {
            Line.Remove(old.Job);
            IndexRacks(old, false);
            if (job.Assignment is null || job.Generation != old.Generation)
                job = job with { Notice = "" };
            if (job.Assignment is null || job.Leased != old.Leased)
                job = job with { SlowRanks = [], Slow = "" };
        }
        _jobs[job.Job] = job;
        IndexRacks(job, true);
        if (job.OrderedPercent > 0)
            _beingLowered.Add(job.Job);
        else
            _beingLowered.Remove(job.Job);
        _deferred.Remove(job.Job);
        if (job is { Phase: JobPhase.Waiting, NotBefore: not null })
            _deferred.Add(job.Job);
        else if (job.Phase == JobPhase.Waiting)
            Line.Add(new WaitingJob(job.Job, job.Spec, job.Submitted));
    }

    private void IndexRacks(JobEntry job, bool add)
    {
        if (job.Assignment is null)
            return;
        foreach (var rack in Names.RacksOf(job.Assignment))
        {
            if (add)
                (_onRack.TryGetValue(rack, out var jobs) ? jobs : _onRack[rack] = []).Add(job.Job);
            else if (_onRack.TryGetValue(rack, out var held))
                held.Remove(job.Job);
        }
    }

    private void Configure(HallConfigured configured)
    {
        var names = new HallNames(configured.Layout);
        var moved = _jobs.Values.Where(job => job.Assignment is not null)
            .Select(job => job with { Assignment = Names.Move(job.Assignment!, names) }).ToList();
        Version = configured.Version;
        Names = names;
        _onRack.Clear();
        foreach (var job in moved)
        {
            _jobs[job.Job] = job;
            IndexRacks(job, true);
        }
        Rebuild(configured.Layout, new Dictionary<PowerDomainId, Watts>());
    }

    /// <summary>Makes the placement state anew from the layout and what is known of jobs, nodes, GPUs, links and limits.</summary>
    private void Rebuild(HallLayout layout, IReadOnlyDictionary<PowerDomainId, Watts> inForce)
    {
        State = new HallState(layout);
        _armed = null;
        foreach (var (domain, limit) in inForce.Where(pair => Names.Domains.ContainsKey(pair.Key)))
            State.SetPowerLimit(Names.Domains[domain], limit);
        foreach (var job in _jobs.Values.Where(job => job.Assignment is not null).OrderBy(job => job.Generation))
            State.Restore(job.Job, job.Spec, job.Assignment!);
        Conditions.PutInto(State, Names);
        Limits.Settle(State, Names);
    }

    /// <summary>Everything the hall is, for storage.</summary>
    public HallSnapshotRow ToRow()
    {
        var row = new HallSnapshotRow
        {
            Sequence = Sequence,
            Version = Version,
            Layout = State?.Layout,
            Jobs = [.. _jobs.Values],
            Ended = Ended,
            Tokens = Tokens,
            LastEvent = LastEvent,
            Signal = Signal,
        };
        Conditions.AddTo(row);
        Limits.AddTo(row, State, Names);
        return row;
    }

    /// <summary>Makes the hall of a stored row.</summary>
    public static HallBook FromRow(HallSnapshotRow row)
    {
        var book = new HallBook { Sequence = row.Sequence, Version = row.Version, Ended = row.Ended, Tokens = row.Tokens, LastEvent = row.LastEvent, Signal = row.Signal };
        book.Conditions.TakeFrom(row);
        book.Limits.TakeFrom(row);
        if (row.Layout is not null)
            book.Names = new HallNames(row.Layout);
        foreach (var job in row.Jobs)
            book.Put(job);
        if (row.Layout is not null)
            book.Rebuild(row.Layout, row.LimitsInForce);
        return book;
    }
}
