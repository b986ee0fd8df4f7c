using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Exchange;
using ControlPlane.Facility.Grid;
using ControlPlane.Grains;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Host.Exchange;

/// <summary>
/// Follows the grid's load targets: what a target leaves is the limit in force of the feed. A feed's tag is the name of the
/// power domain at the root of its tree.
/// </summary>
internal sealed class FlexAgent(
    ExchangeOptions options, IGrainFactory grains, ExchangeLink link, BuildingBridge bridge, TimeProvider clock, ILogger<FlexAgent> log)
{
    /// <summary>How many hints a breach gives; more than that nobody follows in time.</summary>
    private const int MostHints = 16;

    /// <summary>Ids of events that are remembered: brokers may deliver one twice.</summary>
    private const int MostRemembered = 4096;

    private readonly Dictionary<string, FollowedFeed> _feeds = new(StringComparer.Ordinal);
    private readonly Dictionary<HallId, HallView> _halls = [];
    private readonly HashSet<string> _heard = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private DateTimeOffset _toldAt;

    /// <summary>Load targets arrive.</summary>
    public async Task Receive(LoadTargetsMessage message, CancellationToken cancellation)
    {
        if (_heard.Contains(message.Envelope.Id))
            return;
        await Look();
        var now = clock.GetUtcNow();
        var unknown = message.Targets.SelectMany(target => target.Feeds).Where(tag => !_feeds.ContainsKey(tag)).Distinct().ToList();
        if (unknown.Count > 0)
        {
            Remember(message.Envelope.Id);
            log.LogWarning("Load targets {Id} of {Source} are refused: there is no feed {Feeds}. Known: {Known}", message.Envelope.Id, message.Envelope.Source, string.Join(", ", unknown), string.Join(", ", _feeds.Keys));
            return;
        }
        // Every target of one event has its name; where it gives none, its own id is one.
        var correlation = message.Envelope.CorrelationId ?? message.Envelope.Id;
        var touched = new List<FollowedFeed>();
        foreach (var feed in _feeds.Values)
        {
            var targets = message.Targets.Where(target => !(target.End <= now) && (target.Feeds.Count == 0 || target.Feeds.Contains(feed.Tag)))
                .Select(target => new LoadTarget(correlation, target.Limit, Instants.Since(target.Start ?? now), target.End is { } end ? Instants.Since(end) : null, target.IsBestEffort)).ToList();
            if (targets.Count == 0)
                continue;
            feed.Receive(targets, Instants.Since(now));
            touched.Add(feed);
            await Follow(feed);
        }
        Remember(message.Envelope.Id);
        log.LogInformation("Load targets {Correlation} of {Source} are followed on {Feeds}", correlation, message.Envelope.Source, string.Join(", ", touched.Select(feed => feed.Tag)));
        await Tell(touched.ToDictionary(feed => feed.Tag, _ => FeedEvent.TargetSet), correlation, cancellation);
    }

    private async Task Follow(FollowedFeed feed)
    {
        var answer = await grains.Power(feed.Hall, feed.Domain).Follow(feed.Targets);
        if (answer.Objection is { } objection)
            log.LogWarning("Feed {Feed}: its load target is not followed, what was in force stays so: {Objection}", feed.Tag, objection.Problem);
    }

    /// <summary>Steps that a breach asked for were taken, or taken back.</summary>
    public void Receive(EnforcementMessage message)
    {
        if (!Remember(message.Envelope.Id))
            return;
        var failed = message.Results.Where(result => result.Code != "applied").Select(result => $"{result.Resource} {result.Code}").ToList();
        log.LogWarning(
            "Breach {Breach} on {Feed}: {Source} {Action} steps on {Count} resources, {Code}. {Failed}", message.BreachId, message.Feed,
            message.Envelope.Source, message.IsReverted ? "took back" : "took", message.Results.Count, message.Code, string.Join(", ", failed));
    }

    /// <summary>Moves time on: targets begin and end, load follows, the meter is read.</summary>
    public async Task Tick(CancellationToken cancellation)
    {
        await Look();
        var now = clock.GetUtcNow();
        var instant = Instants.Since(now);
        foreach (var feed in _feeds.Values)
        {
            var view = _halls[feed.Hall].Power.First(power => power.Domain == feed.Domain);
            var (events, isOther) = feed.Follow(view, bridge.Building.MeterOf(feed.Tag, now) ?? (view.IsEstimate ? null : view.Observed), instant);
            if (isOther)
                await Follow(feed);
            foreach (var happened in events)
                await Tell(new Dictionary<string, FeedEvent> { [feed.Tag] = happened }, feed.Feed.Feed.Active?.CorrelationId, cancellation);
            foreach (var (alert, target) in feed.Watch(instant, () => Guid.NewGuid().ToString()))
            {
                // Kept before it is told: its id is the same after a restart.
                await grains.Power(feed.Hall, feed.Domain).Note(feed.Kept(alert, target));
                await Tell(feed, alert, target, cancellation);
            }
        }
        if (now - _toldAt >= options.StatusPeriod)
            await Tell(new Dictionary<string, FeedEvent>(), null, cancellation);
    }

    // Feeds appear as halls are declared, and go with them.
    private async Task Look()
    {
        _halls.Clear();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var hall in await grains.Factory().Halls())
        {
            var view = _halls[hall] = await grains.Hall(hall).View();
            foreach (var root in view.Power.Where(power => power.Parent is null))
            {
                seen.Add(root.Domain.Value);
                if (!_feeds.ContainsKey(root.Domain.Value))
                    _feeds[root.Domain.Value] = new FollowedFeed(hall, root, await grains.Power(hall, root.Domain).Targets(), await grains.Power(hall, root.Domain).Breach(), Instants.Since(clock.GetUtcNow()));
            }
        }
        foreach (var gone in _feeds.Keys.Where(tag => !seen.Contains(tag)).ToList())
            _feeds.Remove(gone);
    }

    private async Task Tell(IReadOnlyDictionary<string, FeedEvent> events, string? correlation, CancellationToken cancellation)
    {
        if (_feeds.Count == 0)
            return;
        var now = clock.GetUtcNow();
        var states = _feeds.Values.Select(feed => feed.State(events.GetValueOrDefault(feed.Tag, FeedEvent.Periodic)));
        await link.Publish(ExchangeTopic.PowerState(options.Site), ExchangeWriter.Write(new PowerStateMessage(Envelope(now, correlation), now, [.. states])), false, cancellation);
        _toldAt = now;
    }

    private async Task Tell(FollowedFeed feed, BreachAlert alert, LoadTarget target, CancellationToken cancellation)
    {
        var report = new BreachReport(
            feed.Tag, alert.BreachId, alert.Status, alert.Severity, Instants.Of(alert.DetectedAt), Instants.Of(alert.ResolvedAt),
            target.CorrelationId, target.Limit!.Value, alert.Measured, alert.Status == BreachStatus.Resolved ? [] : Hints(feed));
        log.LogWarning("Feed {Feed}: breach {Breach} is {Status}, {Severity}: {Measured} where {Limit} is the target", feed.Tag, alert.BreachId, alert.Status, alert.Severity, alert.Measured, target.Limit);
        await link.Publish(ExchangeTopic.Breach(options.Site), ExchangeWriter.Write(new BreachMessage(Envelope(clock.GetUtcNow(), target.CorrelationId), report)), true, cancellation);
    }

    // Whoever draws most can give up most.
    private ValueList<ResourceHint> Hints(FollowedFeed feed) =>
    [
        .. _halls[feed.Hall].Racks.Where(rack => rack.LeasedGpus > 0 && rack.Observed > Watts.Zero)
            .OrderByDescending(rack => rack.Observed).Take(MostHints).Select(rack => new ResourceHint(rack.Rack.Value, "chassis", "power_cap", null)),
    ];

    private EventEnvelope Envelope(DateTimeOffset now, string? correlation) => new(
        Guid.NewGuid().ToString(), $"//grid/v1/dsx-flex-agent/{options.Site}", now, correlation, $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01");

    private bool Remember(string id)
    {
        if (!_heard.Add(id))
            return false;
        _order.Enqueue(id);
        if (_order.Count > MostRemembered)
            _heard.Remove(_order.Dequeue());
        return true;
    }
}
