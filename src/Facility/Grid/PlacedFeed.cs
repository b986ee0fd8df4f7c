using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// A feed under load targets whose load is what placement has committed to it. The limit keeps new work out at once; load
/// falls as work is lowered, moved or ends.
/// </summary>
/// <param name="Feed">The feed, without groups.</param>
/// <param name="RampStart">When the change of load began that is in flight, or null.</param>
public sealed record PlacedFeed(FeedLoad Feed, TimeSpan? RampStart = null)
{
    /// <summary>Receives a target.</summary>
    public PlacedFeed Receive(LoadTarget target) => this with { Feed = Feed.Receive(target).Feed };

    /// <summary>Moves time on.</summary>
    /// <param name="committed">What is committed to the feed now.</param>
    /// <param name="rating">Its limit without a target now.</param>
    /// <param name="now">The instant, not before the last one.</param>
    /// <returns>The feed, and what is to be told: nothing when nothing happened.</returns>
    public (PlacedFeed Feed, IReadOnlyList<FeedEvent> Events) Follow(Watts committed, Watts rating, TimeSpan now)
    {
        var limit = Feed.Limit;
        var (moved, happened) = (Feed with { Other = committed, Default = rating }).At(now);
        var events = happened.Where(one => one != FeedEvent.Periodic).ToList();
        if (moved.IsInFlight && moved.Load <= moved.Limit)
        {
            (moved, var ended) = moved.Converge();
            events.AddRange(ended);
        }
        // Load may return as soon as the limit is lifted: whoever waits starts then.
        if (moved.Limit > limit && rating == Feed.Default)
            events.AddRange([FeedEvent.StartRampUp, FeedEvent.EndRampUp]);
        return (new PlacedFeed(moved, moved.IsInFlight ? RampStart ?? now : null), events);
    }
}
