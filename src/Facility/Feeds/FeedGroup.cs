using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Feeds;

/// <summary>
/// Feeds, UPS or power shelves of one size that share a load evenly, and how many of them may be lost without anything
/// being shed. 2N is two sides of which one may be lost, N+1 is one spare, and four-to-make-three (4N/3) runs all four
/// full and sheds when one is lost (Flex, ISCA 2021).
/// </summary>
public sealed record FeedGroup
{
    /// <summary>Makes a group.</summary>
    /// <param name="feeds">How many, 1 or more.</param>
    /// <param name="each">What one carries for hours, above 0.</param>
    /// <param name="spare">How many may be lost without shedding, 0 or more and fewer than all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public FeedGroup(int feeds, Watts each, int spare = 0)
    {
        Feeds = Require.Count(feeds, 1);
        Require.Positive(each.Value, nameof(each));
        Each = each;
        Spare = Require.Count(spare, 0) < feeds ? spare : throw new ArgumentOutOfRangeException(nameof(spare), spare, "Not every feed can be spare.");
    }

    /// <summary>How many feeds.</summary>
    public int Feeds { get; }

    /// <summary>What one carries for hours.</summary>
    public Watts Each { get; }

    /// <summary>How many may be lost without shedding.</summary>
    public int Spare { get; }

    /// <summary>Everything installed.</summary>
    public Watts Installed => Each * (long)Feeds;

    /// <summary>The largest load that is carried while no more than the spares are lost.</summary>
    public Watts SafeLoad => Surviving(Spare);

    /// <summary>Just enough feeds.</summary>
    public static FeedGroup WithoutSpare(int feeds, Watts each) => new(feeds, each);

    /// <summary>One more feed than the load needs.</summary>
    public static FeedGroup NPlusOne(int needed, Watts each) => new(Require.Count(needed, 1) + 1, each, 1);

    /// <summary>Two sides, each of which carries everything.</summary>
    public static FeedGroup TwoN(Watts side) => new(2, side, 1);

    /// <summary>Four feeds whose whole rating is used; the loss of one calls for a quarter to be shed before its deadline.</summary>
    public static FeedGroup FourToMakeThree(Watts each) => new(4, each);

    /// <summary>What remains when some are lost.</summary>
    /// <param name="lost">0 to all.</param>
    public Watts Surviving(int lost) => Each * (long)(Feeds - Lost(lost));

    /// <summary>What each surviving feed carries of an evenly shared load; zero when none survives.</summary>
    /// <param name="load">0 or more.</param>
    /// <param name="lost">0 to all.</param>
    public Watts PerFeed(Watts load, int lost = 0)
    {
        Require.NotNegative(load.Value, nameof(load));
        var left = Feeds - Lost(lost);
        return left == 0 ? Watts.Zero : Watts.FromMilliwatts((long)Math.Round(load.Milliwatts / (double)left));
    }

    /// <summary>Load of a survivor over its rating: 1.33 in four-to-make-three; infinite when a load has no feed left.</summary>
    /// <param name="load">0 or more.</param>
    /// <param name="lost">0 to all.</param>
    public double LoadFraction(Watts load, int lost = 0)
    {
        Require.NotNegative(load.Value, nameof(load));
        var surviving = Surviving(lost);
        if (surviving == Watts.Zero)
            return load == Watts.Zero ? 0 : double.PositiveInfinity;
        return load / surviving;
    }

    /// <summary>What must be shed so that the survivors stay within their rating.</summary>
    /// <param name="load">0 or more.</param>
    /// <param name="lost">0 to all.</param>
    public Watts MustShed(Watts load, int lost)
    {
        Require.NotNegative(load.Value, nameof(load));
        var surviving = Surviving(lost);
        return load > surviving ? load - surviving : Watts.Zero;
    }

    private int Lost(int lost) => Require.Count(lost, 0) <= Feeds
        ? lost
        : throw new ArgumentOutOfRangeException(nameof(lost), lost, $"Only {Feeds} feeds can be lost.");
}
