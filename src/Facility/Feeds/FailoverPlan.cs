using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Feeds;

/// <summary>What the loss of feeds asks for: how much must go, and by when.</summary>
/// <param name="Survivor">What each surviving feed carries at first.</param>
/// <param name="SurvivorFraction">That over its rating.</param>
/// <param name="MustShed">What must be shed.</param>
/// <param name="DeadlineSeconds">Until when; infinite when nothing gives up.</param>
public sealed record FailoverPlan(Watts Survivor, double SurvivorFraction, Watts MustShed, double DeadlineSeconds)
{
    /// <summary>Works the plan out.</summary>
    /// <param name="feeds">The feeds.</param>
    /// <param name="load">The load, 0 or more.</param>
    /// <param name="lost">How many are lost.</param>
    /// <param name="table">For how long a survivor carries an overload.</param>
    public static FailoverPlan For(FeedGroup feeds, Watts load, int lost, UpsOverloadTable table)
    {
        var fraction = feeds.LoadFraction(load, lost);
        return new FailoverPlan(feeds.PerFeed(load, lost), fraction, feeds.MustShed(load, lost), table.DeadlineSeconds(fraction));
    }

    /// <summary>Whether so much can be shed so fast: the admission test of a load that uses what redundancy reserves.</summary>
    /// <param name="sheddable">What can be shed at all.</param>
    /// <param name="seconds">From the loss until it is shed: detection, command and settling.</param>
    public bool IsMetBy(Watts sheddable, double seconds) =>
        MustShed == Watts.Zero || (sheddable >= MustShed && Require.NotNegative(seconds) < DeadlineSeconds);
}
