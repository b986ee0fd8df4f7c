using ControlPlane.Domain.Units;
using ControlPlane.Facility.Breakers;
using ControlPlane.Facility.Feeds;

namespace ControlPlane.Simulation.Twin;

/// <summary>A node of a virtual hall's electrical tree, and how its protection stands.</summary>
/// <param name="name">Its name.</param>
/// <param name="parent">Index of the domain above it, or -1.</param>
/// <param name="limit">What it may carry for hours.</param>
public sealed class TwinDomain(string name, int parent, Watts limit)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Index of the domain above it, or -1.</summary>
    public int Parent { get; } = parent;

    /// <summary>The limit in force: the rating, what surviving feeds carry, or a load target.</summary>
    public Watts Limit { get; set; } = limit;

    /// <summary>A limit that was announced: from when, until when, and how much; null when none was.</summary>
    public (TimeSpan From, TimeSpan Until, Watts Limit)? Announced { get; set; }

    /// <summary>The limit that holds now, or from an announced instant on.</summary>
    public Watts LimitAt(TimeSpan at) => Announced is { } ahead && at >= ahead.From && at < ahead.Until && ahead.Limit < Limit ? ahead.Limit : Limit;

    /// <summary>Its breaker, whose pick-up is in watts here; null without.</summary>
    public Breaker? Breaker { get; init; }

    /// <summary>The feeds that carry it together, or null when it is fed from its parent alone.</summary>
    public FeedGroup? Feeds { get; init; }

    /// <summary>For how long its UPS carry an overload; null without UPS.</summary>
    public UpsOverloadTable? Ups { get; init; }

    /// <summary>How many of the feeds are lost.</summary>
    public int LostFeeds { get; private set; }

    /// <summary>How the breaker stands.</summary>
    public BreakerState BreakerState { get; private set; } = BreakerState.Cold;

    /// <summary>How much of the time that the UPS permit an overload is used, 0 to 1.</summary>
    public double UpsUsed { get; private set; }

    /// <summary>True once a breaker or UPS gave up, or somebody opened it.</summary>
    public bool IsDown { get; set; }

    /// <summary>True once its own breaker or UPS gave up.</summary>
    public bool HasGivenUp => BreakerState.Tripped || UpsUsed >= 1;

    /// <summary>What it carries.</summary>
    public double LoadWatts { get; internal set; }

    /// <summary>Load over the limit in force.</summary>
    public double LoadFraction => Limit > Watts.Zero ? LoadWatts / Limit.Value : LoadWatts > 0 ? double.PositiveInfinity : 0;

    /// <summary>Loses feeds: the limit in force becomes what the others carry.</summary>
    public void Lose(int feeds)
    {
        LostFeeds += feeds;
        if (Feeds is not null)
            Limit = Feeds.Surviving(LostFeeds);
    }

    /// <summary>Gets all feeds back.</summary>
    public void Restore()
    {
        LostFeeds = 0;
        if (Feeds is not null)
            Limit = Feeds.Installed;
    }

    /// <summary>Lets the protection see the load for some time; true when it gave up.</summary>
    internal bool Protect(TimeSpan time)
    {
        if (IsDown)
            return false;
        if (Breaker is not null)
            BreakerState = Breaker.Step(BreakerState, LoadWatts, time);
        if (Ups is not null && Feeds is not null)
            UpsUsed = Ups.Step(UpsUsed, Feeds.LoadFraction(Watts.FromWatts(LoadWatts), LostFeeds), time);
        IsDown = HasGivenUp;
        return IsDown;
    }
}
