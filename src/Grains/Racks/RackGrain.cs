using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Gpus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ControlPlane.Grains.Racks;

/// <inheritdoc cref="IRackGrain"/>
internal sealed class RackGrain(
    SimulatedFleet fleet, FailsafeLine line, TimeProvider clock, IOptions<FactoryOptions> options, ILogger<RackGrain> log) : Grain, IRackGrain
{
    private readonly Dictionary<LeaseKey, RackLease> _leases = [];
    private readonly NodeReach _reach = new(clock, options.Value.AgentTimeout, options.Value.SilentRack);
    private RackOrders? _orders;
    private long _limitsRevision = -1;
    private BuildingReading? _building;
    private RackFailsafe _failsafe = null!;
    private IReadOnlyList<(GpuId Gpu, ArmedCap Cap)> _told = [];
    private IGrainTimer? _timer;
    private IGrainTimer? _nextEnd;

    // What cools the rack is known best by the building.
    private RackCard Card => Building?.SupplyCelsius is { } supply ? _orders!.Rack! with { InletCelsius = supply } : _orders!.Rack!;

    private BuildingReading? Building => _building is { } heard && clock.GetUtcNow() - heard.At <= BuildingReading.SilentAfter ? heard : null;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _failsafe = line.Join(new RackId(this.Name()));
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        line.Leave(new RackId(this.Name()), _failsafe);
        return Task.CompletedTask;
    }

    public async Task Assign(RackOrders orders)
    {
        if (_orders is not null && orders.Revision < _orders.Revision)
            return;
        await Follow(orders);
        await ReportNow();
    }

    public Task Fire(long revision, double level)
    {
        _failsafe.Fire(revision, level);
        TellAgents();
        LookForEnds();
        return Task.CompletedTask; // The orders that follow ask for a report; here it would hold up the signals of others.
    }

    public async Task Ended(LeaseEnd end)
    {
        if (!_leases.TryGetValue(end.Key, out var lease) || lease.End is not null)
            return;
        lease.End = end;
        await ReportNow();
    }

    public Task Observe(NodeId node, ValueList<GpuSample> samples, TimeSpan unanswered)
    {
        _reach.Hear(node, samples, unanswered);
        return Task.CompletedTask;
    }

    public Task<HallId?> Hall() => Task.FromResult(_orders?.Hall);

    public async Task ObserveBuilding(BuildingReading reading)
    {
        var isUrgent = reading.Leaks && _building?.Leaks != true;
        _building = reading;
        if (isUrgent)
            await ReportNow();
    }

    /// <summary>Ends leases that are not in the orders, begins those that are new.</summary>
    private async Task Follow(RackOrders orders)
    {
        if (!orders.Changed)
            return;
        var isFirst = _orders is null;
        var isNewHall = _orders?.Incarnation != orders.Incarnation;
        _orders = orders;
        _failsafe.Follow(orders, isNewHall);
        TellAgents();
        LookForEnds();
        if (orders.Rack is null)
        {
            await StopAll();
            return;
        }
        if (isNewHall)
        {
            foreach (var lease in _leases.Values)
                lease.StartReported = false;
        }
        if (isFirst)
            await KeepOnly(orders);
        var wanted = orders.Leases.ToDictionary(lease => lease.Key);
        foreach (var gone in _leases.Values.Where(lease => !wanted.ContainsKey(lease.Lease.Key)).ToList())
            await Stop(gone);
        foreach (var lease in orders.Leases)
        {
            // Work that ran before this activation did may not have heard yet what it is to keep.
            if (_leases.TryAdd(lease.Key, new RackLease(lease) { LimitIsUnconfirmed = IsToConfirm(lease) && lease.StartedAt is not null }))
                await Begin(_leases[lease.Key]);
            else if (_leases[lease.Key].Lease.PowerPercent != lease.PowerPercent)
                await Limit(_leases[lease.Key], lease);
        }
        _timer ??= this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(options.Value.ReportPeriod, options.Value.ReportPeriod));
        AwaitNextEnd();
    }

    /// <summary>Caps of an agent's devices go through their grains too: the agent may be connected to another silo, or come later.</summary>
    private void TellAgents()
    {
        var caps = _failsafe.AgentCaps;
        // The revision alone is no news to a device.
        if (caps.Select(one => (one.Gpu, one.Cap.Authority, one.Cap.Watts)).SequenceEqual(_told.Select(one => (one.Gpu, one.Cap.Authority, one.Cap.Watts))))
            return;
        _told = caps;
        foreach (var (gpu, cap) in caps)
            _ = GrainFactory.Gpu(gpu).Hold(cap);
    }

    /// <summary>Under caps work ends later than was reckoned: its end is seen at a report.</summary>
    private void LookForEnds()
    {
        if (!_failsafe.Holds)
            return;
        foreach (var lease in _leases.Values)
            lease.DoneAt = null;
    }

    /// <summary>Reports at the instant the next simulated lease is done, instead of at the next period.</summary>
    private void AwaitNextEnd()
    {
        var next = _leases.Values.Where(lease => lease.End is null).Min(lease => lease.DoneAt);
        if (next is not { } done)
            return;
        var due = done - clock.GetUtcNow();
        due = due > TimeSpan.Zero ? due : TimeSpan.FromMilliseconds(1);
        if (due > options.Value.ReportPeriod)
            return; // The period comes first, and looks again.
        _nextEnd ??= this.RegisterGrainTimer(static (rack, _) => rack.ReportNow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _nextEnd.Change(due, Timeout.InfiniteTimeSpan);
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        if (_orders?.Rack is null)
            return;
        foreach (var lease in _leases.Values.Where(lease => lease.End is null && (lease.StartedAt is null || !Card.Simulated)).ToList())
            await Begin(lease);
        await ReportNow();
    }

    /// <summary>Has every GPU of a lease run it. Repeatable: on real devices it also fetches a result whose message was lost.</summary>
    private async Task Begin(RackLease lease)
    {
        var node = Card.Nodes.First(card => card.Node == lease.Lease.Node);
        var answers = await Task.WhenAll(lease.Lease.Gpus.Select(gpu => GrainFactory.Gpu(GrainKeys.GpuOf(node.Node, gpu)).Run(LeaseOf(lease.Lease, node))));
        if (Array.Find(answers, answer => !answer.Started) is { } refusal)
        {
            if (lease.Obstacle != refusal.Message)
                log.LogInformation("Rack {Rack}: task {Task} of {Job} does not run yet: {Why}", Card.Rack, lease.Lease.Task, lease.Lease.Job, refusal.Message);
            lease.Obstacle = refusal.Message;
            return;
        }
        lease.StartedAt ??= answers.Length == 0 ? clock.GetUtcNow() : answers.Max(answer => answer.At);
        // One that is limited works slower: its end is seen at a report.
        if (Card.Simulated && !_failsafe.Holds && lease.Lease is { Work: SimulatedWork work, PowerPercent: 100 })
            lease.DoneAt = lease.StartedAt + work.Duration / options.Value.TimeScale;
        if (Array.Find(answers, answer => answer.Result is not null)?.Result is { } result)
            lease.End ??= KernelEnds.Of(lease.Lease.Key, result);
    }

    // Simulated devices have heard once they were told; a higher limit is counted before it holds.
    private bool IsToConfirm(TaskLease lease) => !Card.Simulated && lease.PowerPercent < 100;

    /// <summary>The newest orders whose limits all devices keep: a card that an agent owns says so itself, by what it reads back.</summary>
    private long LimitsRevision()
    {
        foreach (var lease in _leases.Values.Where(lease => lease.LimitIsUnconfirmed))
            lease.LimitIsUnconfirmed = lease.End is null && !KeepsLimit(lease.Lease);
        if (!_leases.Values.Any(lease => lease.LimitIsUnconfirmed))
            _limitsRevision = _orders!.Revision;
        return _limitsRevision;
    }

    private bool KeepsLimit(TaskLease lease)
    {
        const double slack = 1; // Limits are set in milliwatts, and some cards round to whole watts.
        var cap = LeaseOf(lease, Card.Nodes.First(card => card.Node == lease.Node)).CapWatts;
        return lease.Gpus.All(gpu => _reach.Of(GrainKeys.GpuOf(lease.Node, gpu)) is { } sample
            && Math.Abs(sample.LeaseCapWatts - cap) < slack && sample.LimitWatts <= cap + slack);
    }

    /// <summary>Has every GPU of a lease keep another power limit.</summary>
    private Task Limit(RackLease held, TaskLease lease)
    {
        (held.Lease, held.DoneAt, held.LimitIsUnconfirmed) = (lease, null, IsToConfirm(lease));
        var node = Card.Nodes.First(card => card.Node == lease.Node);
        return Task.WhenAll(lease.Gpus.Select(gpu => GrainFactory.Gpu(GrainKeys.GpuOf(node.Node, gpu)).Limit(LeaseOf(lease, node))));
    }

    private GpuLease LeaseOf(TaskLease lease, NodeCard node) => new(
        lease.Key, Card.Rack, Card.Simulated, lease.GpuMilli, lease.Work, node.IdleWatts, node.LimitWatts, Card.InletCelsius, lease.TraceParent, lease.StartedAt)
    {
        MigSlots = lease.MigSlots,
        CapWatts = lease.PowerPercent == 100 ? 0 : node.LimitWatts * lease.PowerPercent / 100,
    };

    private async Task Stop(RackLease lease)
    {
        _leases.Remove(lease.Lease.Key);
        await Task.WhenAll(lease.Lease.Gpus.Select(gpu => GrainFactory.Gpu(GrainKeys.GpuOf(lease.Lease.Node, gpu)).Stop(lease.Lease.Key)));
    }

    private async Task StopAll()
    {
        foreach (var lease in _leases.Values.ToList())
            await Stop(lease);
        _timer?.Dispose();
        _nextEnd?.Dispose();
        (_timer, _nextEnd) = (null, null);
        DeactivateOnIdle();
    }

    /// <summary>Before anything else: devices end what the hall no longer knows, which may have ended while this rack was away.</summary>
    private Task KeepOnly(RackOrders orders)
    {
        var byGpu = orders.Leases.SelectMany(lease => lease.Gpus.Select(gpu => (Gpu: GrainKeys.GpuOf(lease.Node, gpu), lease.Key)))
            .ToLookup(pair => pair.Gpu, pair => pair.Key);
        return Task.WhenAll(Card.Nodes.SelectMany(node => Enumerable.Range(0, node.Gpus).Select(gpu => GrainKeys.GpuOf(node.Node, gpu)))
            .Select(gpu => GrainFactory.Gpu(gpu).Retain(byGpu[gpu].ToValueList())));
    }

    private async Task ReportNow()
    {
        if (_orders?.Rack is null)
            return;
        var reading = RackReading.Of(Card, _leases.Values, fleet, _reach, clock.GetUtcNow(), options.Value.TimeScale);
        var started = _leases.Values.Where(lease => lease is { StartedAt: not null, StartReported: false }).ToList();
        var report = new RackReport(
            Card.Rack, _orders.Revision, started.Select(lease => new LeaseStart(lease.Lease.Key, lease.StartedAt!.Value)).ToValueList(),
            _leases.Values.Where(lease => lease.End is not null).Select(lease => lease.End!).ToValueList(),
            Building?.Watts ?? reading.Watts, reading.HottestCelsius, reading.FailedGpus)
        {
            Building = Building,
            LimitsRevision = LimitsRevision(),
            Lost = Card.Simulated ? [] : Card.Nodes.Select(node => node.Node).Where(_reach.IsLost).ToValueList(),
            Heard = Card.Simulated ? [] : Card.Nodes.Select(node => node.Node).Where(_reach.IsHeard).ToValueList(),
        };
        var incarnation = _orders.Incarnation;
        var answer = await GrainFactory.Hall(_orders.Hall).Report(report);
        if (answer.Incarnation == incarnation)
        {
            foreach (var lease in started)
                lease.StartReported = true;
        }
        if (answer.Changed || answer.Incarnation != incarnation)
            await Follow(answer);
        else
            AwaitNextEnd();
    }
}
