using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Racks;
using ControlPlane.Grains.Storage;
using ControlPlane.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Serialization;
using Orleans.Storage;

namespace ControlPlane.Grains.Placement;

/// <inheritdoc cref="IPlacementGrain"/>
[Reentrant]
internal sealed partial class PlacementGrain(
    [FromKeyedServices(StorageNames.Ledger)] IGrainStorage storage, Serializer serializer, TimeProvider clock,
    IOptions<FactoryOptions> options, FailsafeLine line, ILogger<PlacementGrain> log) : Grain, IPlacementGrain
{
    private readonly HallEventLog _events = new();
    private readonly HashSet<RackId> _dirtyRacks = [];
    private HallLedger _ledger = null!;
    private HallBook _book = new();
    private HallDecisions _decisions = null!;
    private HallPower _power = null!;
    private HallTelemetry _telemetry = null!;
    private HallGuard _guard = null!;
    private HallBooking _booking = null!;
    private HallCooling _cooling = null!;
    private HallTelling _telling = null!;
    private Task _durable = Task.CompletedTask;
    private Exception? _poison;
    private bool _passWanted;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _telling = new HallTelling(GrainFactory, line, options.Value.TimeScale);
        _ledger = new HallLedger(this.Name(), storage, serializer, Poison);
        var (snapshot, entries) = await _ledger.Load();
        if (snapshot is not null)
            _book = HallBook.FromRow(snapshot);
        foreach (var entry in entries)
        {
            _book.Apply(entry);
            _events.Add(entry, _book);
        }
        _book.State?.Verify();
        _telling.MarkDurable(_book.Sequence);
        _decisions = new HallDecisions(_book, PlacementProfile.Factory, options.Value.TimeScale, clock.GetUtcNow, Record);
        _telemetry = new HallTelemetry(options.Value.SilentRack);
        _power = new HallPower(_book, options.Value.PowerRisePerSecond, options.Value.TimeScale, clock.GetUtcNow, Record);
        _guard = new HallGuard(_book, _telemetry, _power, options.Value, clock.GetUtcNow, Record, racks => _telling.Fire(_book, racks))
        {
            Shed = step => _decisions.Take(step, (ulong)(_book.Sequence + 1), null, "More is drawn than may be, and nobody else can draw less"),
        };
        _cooling = new HallCooling(_book, _telemetry, options.Value.TimeScale, clock.GetUtcNow, Record, racks => _telling.Fire(_book, racks, lowest: true));
        _booking = new HallBooking(_book, options.Value, clock.GetUtcNow, Record);
        this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(TimeSpan.Zero, options.Value.ReportPeriod) { Interleave = true });
    }

    public async Task<ConfigureAnswer> Configure(long version, HallLayout layout, bool dryRun)
    {
        ThrowIfPoisoned();
        if (version <= _book.Version && !dryRun)
            return new ConfigureAnswer(_book.Version, []);
        var objections = LayoutChange.Objections(_book, layout);
        if (objections.Count > 0 || dryRun)
            return new ConfigureAnswer(_book.Version, objections);
        Record(new HallConfigured(_book.Sequence + 1, clock.GetUtcNow(), version, layout));
        await Durable();
        _telling.ForgetAll();
        _guard.Restart();
        TellEveryRack();
        WantPass();
        return new ConfigureAnswer(_book.Version, []);
    }

    public async Task<PlaceAnswer> Place(JobId job, JobSpec spec, bool mayWait)
    {
        ThrowIfPoisoned();
        if (_book.Jobs.TryGetValue(job, out var known))
        {
            await Durable();
            return new PlaceAnswer(known.Spec.AsksTheSame(spec), known.News(), !known.Spec.AsksTheSame(spec));
        }
        if (_book.State is null)
            return new PlaceAnswer(false, Unrecorded(JobPhase.Waiting, $"Hall {this.Name()} has no layout yet."));
        using var activity = FactoryTelemetry.Source.StartActivity("placement.decide");
        var (decision, seed) = _decisions.Decide(job, spec);
        // Where starts are reserved, only a pass over all who wait can tell whether this one may go first.
        if (decision is Placed placed && FirstBefore(job, spec, placed) is { } ahead)
            decision = new Waiting([new Reason(ReasonCode.InTurn, ahead, 0, 0, "", [], 0)]);
        var deferral = DeferralOf(spec, decision);
        decision = deferral?.Decision ?? decision;
        activity?.SetTag("job", job.Value).SetTag("hall", this.Name()).SetTag("decision", decision.GetType().Name);
        FactoryTelemetry.Decisions.Add(1, new("hall", this.Name()), new("decision", decision.GetType().Name));
        if (decision is Refused || (decision is Waiting && !mayWait))
            return new PlaceAnswer(false, Unrecorded(decision is Refused ? JobPhase.Refused : JobPhase.Waiting, decision.Explain()));
        _telling.Trace(job, activity?.Id);
        _decisions.Submit(job, spec, decision, seed, deferral);
        if (options.Value.Backfill != Backfill.None || decision is Waiting { Reasons: [{ Code: ReasonCode.InTurn }, ..] })
            WantPass();
        var answer = new PlaceAnswer(true, _book.Jobs[job].News());
        await Durable();
        return answer;
    }

    // What a placer that looks at one job alone would pass over, or null.
    private string? FirstBefore(JobId job, JobSpec spec, Placed placed) =>
        options.Value.Backfill != Backfill.None && _book.Waiting.FirstOrDefault() is { } waits ? waits.Job.Value
        : _decisions.InTheWay(job, spec, placed.Assignment)?.Name;

    public async Task<JobNews?> Cancel(JobId job)
    {
        ThrowIfPoisoned();
        if (!_book.Jobs.TryGetValue(job, out var known))
        {
            await ThrowIfStale();
            return null;
        }
        if (!known.Phase.IsFinal())
        {
            _decisions.Cancel(job);
            WantPass();
        }
        await Durable();
        return _book.Jobs.GetValueOrDefault(job)?.News();
    }

    public async Task<JobNews?> JobState(JobId job)
    {
        ThrowIfPoisoned();
        if (!_book.Jobs.TryGetValue(job, out var known))
            await ThrowIfStale();
        await Durable();
        return known?.News();
    }

    public async Task<HallJob?> Find(JobId job)
    {
        ThrowIfPoisoned();
        if (!_book.Jobs.TryGetValue(job, out var known))
            await ThrowIfStale();
        await Durable();
        return known is null ? null : new HallJob(known.Spec, known.SubmittedAt, known.News());
    }

    public async Task Acknowledge(JobId job)
    {
        ThrowIfPoisoned();
        if (_book.Jobs.TryGetValue(job, out var known) && known.Phase.IsFinal())
        {
            Record(new JobForgotten(_book.Sequence + 1, clock.GetUtcNow(), job));
            await Durable();
        }
    }

    public async Task<RackOrders> Report(RackReport report)
    {
        ThrowIfPoisoned();
        _telemetry.Hear(report, clock.GetUtcNow());
        var before = _book.Sequence;
        _decisions.Hear(report);
        _power.Hear(report.Rack, report.LimitsRevision);
        Guard();
        if (_book.Sequence != before)
        {
            WantPass();
            await Durable();
        }
        return _telling.Orders(_book, report.Rack, report.Revision);
    }

    public async Task<PowerLimitAnswer> SetPowerLimit(PowerDomainId domain, Watts? requested, LimitUrgency urgency)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Domains.TryGetValue(domain, out var index))
            return new PowerLimitAnswer(false, Watts.Zero, Watts.Zero, Watts.Zero);
        var (state, asked) = (_book.State!, _book.Limits.Requested.TryGetValue(domain, out var now) ? now : (Watts?)null);
        if (HallLimits.Objection(state, index, requested) is { } objection)
            return new PowerLimitAnswer(true, requested!.Value, state.PowerLimit(index), state.PowerCommitted(index)) { Objection = objection };
        if (asked != requested || (requested is not null && _book.Limits.UrgencyOf(domain) != urgency))
        {
            Record(new PowerLimitAsked(_book.Sequence + 1, clock.GetUtcNow(), domain, requested) { Urgency = urgency });
            _guard.Look(Observed());
            _power.Relieve();
            WantPass();
        }
        await Durable();
        return new PowerLimitAnswer(true, requested ?? state.Layout.PowerDomains[index].Limit, state.PowerLimit(index), state.PowerCommitted(index));
    }

    public Task<HallView> View()
    {
        ThrowIfPoisoned();
        return Task.FromResult(WithLinks(HallViews.Of(this.Name(), _book, _telemetry, clock.GetUtcNow())));
    }

    public Task<HallEvents> Events(long after, int count)
    {
        ThrowIfPoisoned();
        return Task.FromResult(_events.After(after, Math.Clamp(count, 1, 1000), _telling.Durable));
    }

    public Task Wake()
    {
        ThrowIfPoisoned();
        return Task.CompletedTask;
    }
}
