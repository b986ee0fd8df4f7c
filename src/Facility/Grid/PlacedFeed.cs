using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// A feed under load targets whose load is what placement has committed to it. The limit keeps new work out at once; load
/// falls as work is lowered, moved or ends.
/// </summary>
/// <param name="Feed">The feed, without groups.</param>
/// <param name="RampStart">When the change of load began that is in flight, or null.</param>
/// <param name="Followed">The limit that was last followed, or null before the first time.</param>
public sealed record PlacedFeed(FeedLoad Feed, TimeSpan? RampStart = null, Watts? Followed = null)
{
    /// <summary>
    /// Receives targets that were sent together. They replace those of the same name, those that begin with one of them,
    /// and those that can never be in force any more. One without limit and end takes back what is in force.
    /// </summary>
    /// <param name="targets">The targets.</param>
    /// <param name="now">The instant.</param>
    public PlacedFeed Receive(IReadOnlyList<LoadTarget> targets, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var kept = Feed.Targets.Where(old => targets.All(target =>
            old.CorrelationId != target.CorrelationId && old.Start != target.Start && !Buries(target, old, now) && !(TakesBack(target, now) && old.IsActiveAt(now))));
        return this with
        {
            Feed = Feed with { Targets = [.. kept, .. targets.Where(target => !TakesBack(target, now))], Now = now > Feed.Now ? now : Feed.Now },
        };
    }

    /// <summary>Moves time on.</summary>
    /// <param name="committed">What is committed to the feed now.</param>
    /// <param name="rating">Its limit without a target now.</param>
    /// <param name="now">The instant, not before the last one.</param>
    /// <returns>The feed, and what is to be told: nothing when nothing happened.</returns>
    public (PlacedFeed Feed, IReadOnlyList<FeedEvent> Events) Follow(Watts committed, Watts rating, TimeSpan now)
    {
        var (moved, happened) = (Feed with { Other = committed, Default = rating }).At(now);
        var events = happened.Where(one => one != FeedEvent.Periodic).ToList();
        if (moved.IsInFlight && moved.Load <= moved.Limit)
        {
            (moved, var ended) = moved.Converge();
            events.AddRange(ended);
        }
        // Load may return as soon as the limit is lifted: whoever waits starts then.
        if (moved.Limit > Followed && rating == Feed.Default)
            events.AddRange([FeedEvent.StartRampUp, FeedEvent.EndRampUp]);
        return (new PlacedFeed(WithoutBuried(moved), moved.IsInFlight ? RampStart ?? now : null, moved.Limit), events);
    }

    private static bool TakesBack(LoadTarget target, TimeSpan now) => target is { Limit: null, End: null } && target.Start <= now;

    // Of several in force the last one holds: one without end leaves those before it no time of their own.
    private static bool Buries(LoadTarget target, LoadTarget old, TimeSpan now) =>
        target is { End: null, Limit: not null } && (target.Start <= now || target.Start <= old.Start);

    private static FeedLoad WithoutBuried(FeedLoad feed) => feed.Active is { End: null } active
        ? feed with { Targets = [.. feed.Targets.SkipWhile(target => target != active)] } : feed;
}
