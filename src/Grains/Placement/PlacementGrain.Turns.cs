using ControlPlane.Domain;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grains.Placement;

/// <summary>How a hall makes entries durable, tells others afterwards, and keeps trying what waits.</summary>
internal sealed partial class PlacementGrain
{
    /// <summary>Waiting jobs tried in one turn; the rest go on in the next, so that calls in between are served.</summary>
    private const int TriedPerTurn = 256;

    /// <summary>A look at 1,250 racks takes about 20 microseconds.</summary>
    private static readonly TimeSpan GuardEvery = TimeSpan.FromMilliseconds(50);

    private DateTimeOffset _guardedAt;
    private DateTimeOffset _resentAt;
    private long _lookedAt = -1;
    private ValueList<PlannedStart> _reserved;
    private UsageHistory? _past;
    private Domain.Halls.HallLayout? _pastOf;

    /// <summary>Applies an entry now and makes it durable behind; what it changed is told to others once it is.</summary>
    private void Record(LedgerEntry entry)
    {
        var racks = RacksOf(entry);
        CountUse();
        _book.Apply(entry);
        racks.UnionWith(RacksOf(entry));
        _events.Add(entry, _book);
        _durable = TellAfter(_ledger.Append(entry), entry, racks);
        _ = _durable.Exception; // A failed write poisons the grain; whoever waits hears of it, and nobody else must.
    }

    /// <summary>Counts what queues hold as used since the last call; a new layout begins anew.</summary>
    private void CountUse()
    {
        if (options.Value.UsageHalfLife == TimeSpan.Zero || _book.State is not { } state)
            return;
        if (!ReferenceEquals(_pastOf, state.Layout))
            (_past, _pastOf) = (new UsageHistory(state.Layout.Queues.Count, options.Value.UsageHalfLife), state.Layout);
        _past!.Advance(clock.GetUtcNow(), state);
    }

    private ValueList<double> Past()
    {
        CountUse();
        return _past is null ? [] : _past.MilliGpuSeconds.ToValueList();
    }

    private async Task TellAfter(Task written, LedgerEntry entry, HashSet<RackId> racks)
    {
        await written;
        _telling.MarkDurable(entry.Sequence);
        if (entry is JobEnded ended)
        {
            _telling.Untrace(ended.Job);
            FactoryTelemetry.JobsEnded.Add(1, new("hall", this.Name()), new("phase", ended.Phase.ToString()));
            FactoryTelemetry.Tokens.Add(ended.Tokens, new KeyValuePair<string, object?>("hall", this.Name()));
        }
        foreach (var rack in racks)
        {
            _telling.Touch(rack, entry.Sequence);
            _dirtyRacks.Add(rack);
        }
        foreach (var job in JobsOf(entry))
        {
            if (entry is not JobForgotten && _book.Jobs.TryGetValue(job, out var known))
                _telling.TellJob(_book.Names.Layout.Hall, known);
        }
        if (entry.Sequence < _book.Sequence && _dirtyRacks.Count < 64)
            return; // More of this batch follows at once: tell each rack once.
        foreach (var rack in _dirtyRacks)
            _telling.TellRack(_book, rack);
        _dirtyRacks.Clear();
        _telling.TellLinks(_book);
    }

    private async Task Durable()
    {
        await _durable;
        ThrowIfPoisoned();
    }

    private async Task<string?> Done()
    {
        WantPass();
        await Durable();
        return null;
    }

    private HashSet<RackId> RacksOf(LedgerEntry entry)
    {
        var racks = new HashSet<RackId>();
        foreach (var job in entry is JobStarted or PowerConfirmed or LinkChanged or StragglersChanged ? [] : JobsOf(entry))
        {
            if (_book.Jobs.TryGetValue(job, out var known) && known.Assignment is not null)
                racks.UnionWith(_book.Names.RacksOf(known.Assignment).Select(rack => _book.Names.Layout.Racks[rack].Id));
        }
        if (entry is FailsafeFired fired)
            racks.UnionWith(fired.Racks);
        if (entry is LoopChanged loop)
            racks.UnionWith(_book.Names.RacksOn(loop.Loop).Select(rack => _book.Names.Layout.Racks[rack].Id));
        if (entry is FailsafeReleased released)
            racks.UnionWith(released.Racks);
        // Other caps are armed then.
        if (entry is PowerLimitAsked asked && _book.Names.Domains.TryGetValue(asked.Domain, out var domain))
            racks.UnionWith(_book.Names.RacksBelow(domain).Select(rack => _book.Names.Layout.Racks[rack].Id));
        return racks;
    }

    private static IEnumerable<JobId> JobsOf(LedgerEntry entry) => entry switch
    {
        StepTaken taken => StepEffects.JobsOf(taken.Step),
        PowerLowered lowered => lowered.Jobs.Select(one => one.Job),
        PowerConfirmed confirmed => confirmed.Jobs.Select(one => one.Job),
        PowerRaised raised => raised.Jobs.Select(one => one.Job),
        LinkChanged changed => changed.Across,
        _ => JobOf(entry) is { } job ? [job] : [],
    };

    private static JobId? JobOf(LedgerEntry entry) => entry switch
    {
        JobQueued queued => queued.Job,
        JobPlaced placed => placed.Job,
        JobStarted started => started.Job,
        JobEnded ended => ended.Job,
        JobForgotten forgotten => forgotten.Job,
        StragglersChanged changed => changed.Job,
        _ => null,
    };

    /// <summary>Has waiting jobs tried, soon and once, however many events ask for it.</summary>
    private void WantPass(bool findRoom = false)
    {
        if (_passWanted || (_book.WaitingCount == 0 && _book.State?.MayImprove != true))
            return;
        _passWanted = true;
        _ = RunPass(findRoom);
    }

    private async Task RunPass(bool findRoom)
    {
        try
        {
            await Task.Yield();
            // Nobody is evicted while others are on their way to draw less: that may suffice.
            findRoom &= !_power.IsUnderWay;
            var facts = new PassFacts(clock.GetUtcNow(), findRoom, options.Value.Backfill, options.Value.BackfillDepth, _reserved, Past());
            var pass = new HallPass(_book, _decisions, facts);
            while (_poison is null && pass.Try(TriedPerTurn))
                await Task.Yield();
            _reserved = pass.Reservations.ToValueList();
            if (findRoom)
                _lookedAt = _book.Sequence;
        }
        catch (Exception fault)
        {
            Poison(fault);
        }
        finally
        {
            _passWanted = false;
        }
    }

    /// <summary>Looks at what is drawn, but not at every report of a large hall.</summary>
    private void Guard()
    {
        if ((clock.GetUtcNow() - _guardedAt).Duration() < GuardEvery)
            return;
        _guardedAt = clock.GetUtcNow();
        _guard.Look(Observed());
    }

    private ObservedPower[] Observed() => _book.State is { } state ? _telemetry.Power(state, clock.GetUtcNow()) : [];

    private void LeaveLostLoops()
    {
        while (_cooling.Shed() is { } step)
            _decisions.Take(step, (ulong)(_book.Sequence + 1), null, $"Cooling loop {_book.Conditions.LostLoops.First().Key} carries no heat");
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        if (_poison is not null || _book.State is null)
            return;
        var observed = Observed();
        ReadMeters(observed);
        _guard.Look(observed);
        EndDeferrals();
        _power.Relieve();
        _guard.Climb(observed);
        LeaveLostLoops();
        _cooling.Watch();
        _booking.Steer(observed);
        _power.MakeRoom();
        _power.Restore();
        // What did not fit a period ago, with nothing changed since, does not fit now; only minimum run times pass.
        var resend = clock.GetUtcNow() - _resentAt >= options.Value.SilentRack;
        if (resend || _book.Sequence != _lookedAt)
            WantPass(findRoom: true);
        if (resend)
        {
            _resentAt = clock.GetUtcNow();
            Resend();
        }
        if (_ledger.SinceSnapshot < options.Value.SnapshotEvery)
            return;
        await Durable();
        _book.State.Verify();
        // The row is made in this turn, before anything else can append.
        await _ledger.Snapshot(() => _book.ToRow());
    }

    /// <summary>Repeats what may have been lost: orders of silent racks, final states that no row has yet.</summary>
    private void Resend()
    {
        var oldest = clock.GetUtcNow() - options.Value.SilentRack;
        foreach (var rack in _book.Names.Layout.Racks)
        {
            if (_telemetry.Of(rack.Id, clock.GetUtcNow()) is null)
                _telling.TellRack(_book, rack.Id);
        }
        foreach (var job in _book.Jobs.Values.Where(job => job.Phase.IsFinal() && job.Sequence <= _telling.Durable && job.EndedAt < oldest).Take(1000))
            _telling.TellJob(_book.Names.Layout.Hall, job);
    }

    private void TellEveryRack()
    {
        foreach (var rack in _book.Names.Layout.Racks)
            _telling.TellRack(_book, rack.Id);
        _telling.TellLinks(_book);
    }

    private string WaitingPlace(JobEntry job)
    {
        var ahead = _book.Waiting.TakeWhile(other => other.Job != job.Job).Count();
        return $"{ahead} of {_book.WaitingCount} waiting jobs are tried before it.";
    }

    private static JobNews Unrecorded(JobPhase phase, string message) => new(0, phase, message, 0, [], null, null, 0, null, 0);

    private void Poison(Exception fault)
    {
        if (_poison is not null)
            return;
        _poison = fault;
        log.LogError(fault, "Hall {Hall} stops serving: it starts again from what is stored", this.Name());
        DeactivateOnIdle();
    }

    private void ThrowIfPoisoned()
    {
        if (_poison is not null)
            throw new InvalidOperationException($"Hall {this.Name()} is starting again after a failed write; try again.", _poison);
    }

    /// <summary>Before saying "no such job": another activation may have taken over and know it.</summary>
    private async Task ThrowIfStale()
    {
        await Durable();
        if (await _ledger.IsCurrent())
            return;
        Poison(new InvalidOperationException("Another activation of the hall has written to its ledger."));
        ThrowIfPoisoned();
    }
}
