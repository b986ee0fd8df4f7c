using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Grains.Grid;

/// <summary>What a hall's feeds drew, minute by minute, in memory: a hall that moves to another silo begins anew.</summary>
internal sealed class HallMeters
{
    private readonly Dictionary<PowerDomainId, MinuteMeter> _feeds = [];

    /// <summary>Takes a reading of a feed.</summary>
    public void Read(PowerDomainId feed, DateTimeOffset at, Watts power, bool isEstimate, Watts? asked)
    {
        if (!_feeds.TryGetValue(feed, out var meter))
            _feeds[feed] = meter = new MinuteMeter();
        meter.Read(at, power, isEstimate, asked);
    }

    /// <summary>The minutes of a feed that begin in a span, oldest first.</summary>
    public ValueList<FeedMinute> Between(PowerDomainId feed, DateTimeOffset from, DateTimeOffset until) => !_feeds.TryGetValue(feed, out var meter)
        ? []
        : meter.Between(from, until).Select(minute => new FeedMinute(minute.At, minute.Mean, minute.Readings, minute.IsEstimate, minute.Asked)).ToValueList();
}
