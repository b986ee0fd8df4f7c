using ControlPlane.Domain.Units;
using ControlPlane.Facility.Feeds;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class FeedTests
{
    private static readonly Watts Megawatt = Watts.FromKilowatts(1000);

    [Theory]
    [InlineData(60, 415, 0.95, 32.777)]
    [InlineData(60, 208, 1, 17.293)]
    public void A_three_phase_feed_carries_four_fifths_of_its_rating_for_hours(double amperes, double volts, double factor, double kilowatts) =>
        Assert.Equal(kilowatts, FeedRating.Continuous(FeedRating.ThreePhase(amperes, volts, factor)).Kilowatts, 3);

    [Fact]
    public void Current_and_power_are_each_other_s_inverse() =>
        Gen.Select(Gen.Double[1, 5000], Gen.Double[100, 800], Gen.Double[0.5, 1]).Sample((amperes, volts, factor) =>
            Math.Abs(FeedRating.ThreePhaseAmperes(FeedRating.ThreePhase(amperes, volts, factor), volts, factor) - amperes) < 1e-3);

    [Fact]
    public void Redundancy_says_what_may_be_used()
    {
        Assert.Equal(Megawatt, FeedGroup.TwoN(Megawatt).SafeLoad);
        Assert.Equal(Megawatt * 3L, FeedGroup.NPlusOne(3, Megawatt).SafeLoad);
        Assert.Equal(Megawatt * 4L, FeedGroup.WithoutSpare(4, Megawatt).SafeLoad);
        Assert.Equal(Megawatt * 4L, FeedGroup.FourToMakeThree(Megawatt).SafeLoad);
    }

    [Fact]
    public void Four_to_make_three_sheds_a_quarter_in_three_seconds()
    {
        var plan = FailoverPlan.For(FeedGroup.FourToMakeThree(Megawatt), Megawatt * 4L, 1, UpsOverloadTable.Huawei2000To35C);
        Assert.Equal(4 / 3.0, plan.SurvivorFraction, 9);
        Assert.Equal(Megawatt, plan.MustShed);
        Assert.Equal(3, plan.DeadlineSeconds);
        Assert.True(plan.IsMetBy(Megawatt, 1));
        Assert.False(plan.IsMetBy(Megawatt, 3));
        Assert.False(plan.IsMetBy(Megawatt * 0.9, 1));
    }

    [Fact]
    public void What_survivors_carry_after_shedding_is_within_their_rating() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 2_000_000], Gen.Int[0, 8], Gen.Int[0, 16_000_000]).Sample((feeds, each, lost, load) =>
        {
            var group = new FeedGroup(feeds, Watts.FromMilliwatts(each));
            lost = Math.Min(lost, feeds);
            var carried = Watts.FromMilliwatts(load) - group.MustShed(Watts.FromMilliwatts(load), lost);
            return carried <= group.Surviving(lost) && (group.MustShed(Watts.FromMilliwatts(load), lost) == Watts.Zero) == (group.LoadFraction(Watts.FromMilliwatts(load), lost) <= 1);
        });

    [Fact]
    public void A_larger_overload_lasts_no_longer() =>
        Gen.Select(Gen.Int[0, UpsOverloadTable.All.Count - 1].Select(index => UpsOverloadTable.All[index]), Gen.Double[0, 200], Gen.Double[0, 200]).Sample((table, one, other) =>
            table.DeadlineSeconds(Math.Max(one, other)) <= table.DeadlineSeconds(Math.Min(one, other)));

    [Fact]
    public void Steps_use_the_time_of_an_overload_up()
    {
        var (table, used) = (UpsOverloadTable.Huawei2000To35C, 0.0);
        for (var second = 0; second < 59; second++)
            used = table.Step(used, 1.2, TimeSpan.FromSeconds(1));
        Assert.Equal(59 / 60.0, used, 9);
        Assert.Equal(1, table.Step(used, 1.4, TimeSpan.FromSeconds(1)));
        Assert.Equal(used, table.Step(used, 1, TimeSpan.FromHours(1)));
        Assert.True(table.Step(used, 1, TimeSpan.FromSeconds(10), 0.01) < used);
    }

    [Fact]
    public void A_hot_room_halves_the_time_and_a_hotter_one_has_none()
    {
        Assert.Equal(30, UpsOverloadTable.Huawei2000(Celsius.FromDegrees(38)).DeadlineSeconds(1.2));
        Assert.Throws<ArgumentOutOfRangeException>(() => UpsOverloadTable.Huawei2000(Celsius.FromDegrees(41)));
    }

    [Fact]
    public void The_shelves_of_a_rack_are_feeds()
    {
        Assert.Equal(Watts.FromKilowatts(33), PowerShelves.Nvl72.Shelf);
        Assert.Equal(Watts.FromKilowatts(132), PowerShelves.Nvl72.AsFeeds(4).SafeLoad);
    }

    [Fact]
    public void Refuses_tables_with_gaps_and_figures_that_cannot_be()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new UpsOverloadTable("gap", [new(1.05, 1.1, 60), new(1.2, 1.3, 6)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UpsOverloadTable("rising", [new(1.05, 1.1, 6), new(1.1, 1.3, 60)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeedGroup(2, Megawatt, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeedRating.ThreePhase(60, 415, 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeedGroup.TwoN(Megawatt).Surviving(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => UpsOverloadTable.Huawei2000To35C.DeadlineSeconds(double.NaN));
    }
}
