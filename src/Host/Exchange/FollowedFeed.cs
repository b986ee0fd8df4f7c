using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Exchange;
using ControlPlane.Facility.Grid;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Power;

namespace ControlPlane.Host.Exchange;

/// <summary>A feed as the grid's agent follows it.</summary>
/// <param name="hall">Its hall.</param>
/// <param name="view">The power domain at its root.</param>
/// <param name="targets">The targets that it follows already.</param>
/// <param name="open">The breach that was open when somebody followed it last, or null.</param>
/// <param name="now">The instant.</param>
internal sealed class FollowedFeed(HallId hall, PowerView view, ValueList<FeedTarget> targets, FeedBreach? open, TimeSpan now)
{
    private BreachWatch? _watch = open is null ? null : new BreachWatch(AtLeastOne(open.Target.Limit!.Value)).Resume(
        new BreachAlert(open.BreachId, open.Status, open.Severity, open.Measured, Instants.Since(open.DetectedAt), null));

    private LoadTarget? _watched = open is null ? null : Load(open.Target);
    private bool _isResumed = open is not null;

    public HallId Hall { get; } = hall;

    public PowerDomainId Domain => view.Domain;

    public string Tag => view.Domain.Value;

    /// <summary>The feed under its targets.</summary>
    public PlacedFeed Feed { get; private set; } = new(new FeedLoad(view.Domain.Value, view.Rating, view.Committed, [], [.. targets.Select(Load)], now));

    /// <summary>What it draws at the meter; null when unknown.</summary>
    public Watts? Measured { get; private set; }

    /// <summary>The targets, to be kept.</summary>
    public ValueList<FeedTarget> Targets => [.. Feed.Feed.Targets.Select(Keep)];

    public void Receive(IReadOnlyList<LoadTarget> targets, TimeSpan instant) => Feed = Feed.Receive(targets, instant);

    /// <summary>Moves time on; tells what happened, and whether the target in force is another one.</summary>
    public (IReadOnlyList<FeedEvent> Events, bool IsOther) Follow(PowerView seen, Watts? measured, TimeSpan instant)
    {
        Measured = measured;
        var before = Feed.Feed;
        // The machine's clock may be set back; a feed's never is.
        (Feed, var events) = Feed.Follow(seen.Committed, seen.Rating, instant < before.Now ? before.Now : instant);
        return (events, before.Active != Feed.Feed.Active || before.Targets.Count != Feed.Feed.Targets.Count);
    }

    /// <summary>Looks at the meter: what is to be told of breaches, each with the target that it is about.</summary>
    public IEnumerable<(BreachAlert Alert, LoadTarget Target)> Watch(TimeSpan instant, Func<string> newId)
    {
        var active = Feed.Feed.Active is { Limit: not null } target ? target : null;
        if (active != _watched)
        {
            // What a target asked for is over with it.
            if (_watch?.Open is { } over)
                yield return (over with { Status = BreachStatus.Resolved, Measured = Measured ?? over.Measured, ResolvedAt = instant }, _watched!);
            (_watched, _watch) = (active, active is null ? null : new BreachWatch(AtLeastOne(active.Limit!.Value)));
        }
        // It was kept before it was told: whoever followed the feed may have ended in between.
        if (_isResumed && _watch?.Open is { } resumed)
            yield return (resumed, _watched!);
        _isResumed = false;
        if (_watch is null || Measured is not { } measured)
            yield break;
        (_watch, var alert) = _watch.Observe(measured, instant, _watch.Open is null ? newId() : "");
        if (alert is not null)
            yield return (alert, _watched!);
    }

    /// <summary>What is to be kept of a breach; null when it is over.</summary>
    public FeedBreach? Kept(BreachAlert alert, LoadTarget target) => alert.Status == BreachStatus.Resolved ? null
        : new FeedBreach(alert.BreachId, alert.Status, alert.Severity, alert.Measured, Instants.Of(alert.DetectedAt), Keep(target));

    /// <summary>What is told of it.</summary>
    public FeedState State(FeedEvent happened)
    {
        var feed = Feed.Feed;
        return new FeedState(
            feed.Tag, Watts.Zero, feed.Default, feed.Default,
            [.. feed.Targets.Select(target => new FeedStateTarget(
                target == feed.Active, target.Limit ?? feed.Default, Instants.Of(target.Start), Instants.Of(target.End), target.IsBestEffort, target.CorrelationId))],
            feed.Load, feed.IsInFlight, happened, Instants.Of(Feed.RampStart), feed.Active is null || (Measured ?? feed.Load) <= feed.Limit);
    }

    // A target of nothing at all is a breach by whatever is drawn.
    private static Watts AtLeastOne(Watts limit) => limit > Watts.FromWatts(1) ? limit : Watts.FromWatts(1);

    private static LoadTarget Load(FeedTarget target) => new(
        target.CorrelationId, target.Limit, Instants.Since(target.Start), target.End is { } end ? Instants.Since(end) : null, target.IsBestEffort);

    // A target above what the feed carries must not raise its limit.
    private FeedTarget Keep(LoadTarget target) => new(
        target.CorrelationId, target.Limit < Feed.Feed.Default ? target.Limit : null, Instants.Of(target.Start), Instants.Of(target.End), target.IsBestEffort);
}
