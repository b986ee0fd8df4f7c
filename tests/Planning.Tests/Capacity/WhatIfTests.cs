using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;
using ControlPlane.Planning.WhatIf;
using ControlPlane.Simulation;
using CsCheck;

namespace ControlPlane.Planning.Tests.Capacity;

/// <summary>What if the grid takes, the water is warmer, racks are maintained, more is booked. SmallSite plans four GB200 racks, 72 nodes, for 63 at work.</summary>
public sealed class WhatIfTests
{
    private static readonly HardwareCatalogue Catalogue = HardwareCatalogue.Default;

    private static readonly Lazy<(CapacityQuestion Question, RackPlan Plan)> Small = new(() => Planned(new SmallSite { Quarters = 1 }));

    [Fact]
    public void The_more_the_grid_takes_the_less_is_served_and_the_placer_counts_no_more_than_is_left()
    {
        var (question, plan) = Small.Value;
        Gen.Int[1, 100].Array[2].Sample(percents =>
        {
            var answers = percents.Order().Select(percent => CurtailmentAnswer.Of(question, plan, 0, "event", new CurtailmentSpec { Percent = percent, For = TimeSpan.FromHours(2) }, Catalogue)).ToList();
            Assert.True(answers[0].ServedPercent >= answers[1].ServedPercent);
            Assert.All(answers, answer => Assert.True(answer.PlacedMeterWatts <= answer.MeterWatts && answer.Problems.Count == 0, answer.ToString()));
        }, iter: 12, threads: 1);
    }

    [Fact]
    public void A_grid_that_takes_all_leaves_nothing_and_one_that_takes_little_is_borne_by_caps()
    {
        var (question, plan) = Small.Value;
        CurtailmentAnswer Taken(int percent) => CurtailmentAnswer.Of(question, plan, 0, "event", new CurtailmentSpec { Percent = percent, For = TimeSpan.FromHours(2), KeepPercent = 50 }, Catalogue);
        Assert.Equal((0, false, "what stands idle draws more than may be drawn"), (Taken(100).ServedPercent, Taken(100).Holds, Taken(100).Measures[0]));
        var little = Taken(5);
        Assert.True(little.Holds);
        Assert.InRange(little.ServedPercent, 95, 100);
        Assert.Contains(little.Measures, measure => measure.EndsWith("% power", StringComparison.Ordinal));
    }

    // Supply is 25 C. A GB200's die at 1,200 W behind 0.03 K/W is 36 K warmer, and is held at 86 C: 25 K are left.
    // 26 K more leave 35 K, which are 1,166 W, 97 % in whole percents; 31 K more leave 1,000 W. All racks stand in one row.
    [Theory]
    [InlineData(25, 100)]
    [InlineData(26, 97)]
    [InlineData(31, 83)]
    public void Warmer_water_lowers_what_the_dies_can_bear(double kelvin, int percent)
    {
        var (question, plan) = Small.Value;
        var answer = WarmWaterAnswer.Of(question, plan, 0, "summer", new WarmWaterSpec { Kelvin = kelvin }, Catalogue);
        Assert.Equal(25, answer.FreeKelvin);
        Assert.Equal(percent == 100 ? [] : [$"GB200-NVL72 on cdu-b at {percent} % power"], answer.Measures);
        Assert.InRange(answer.ServedPercent, percent, 100);
    }

    [Fact]
    public void Water_as_warm_as_dies_may_be_stops_all()
    {
        var (question, plan) = Small.Value;
        var answer = WarmWaterAnswer.Of(question, plan, 0, "broken", new WarmWaterSpec { Kelvin = 60, KeepPercent = 10 }, Catalogue);
        Assert.Equal((0, false), (answer.ServedPercent, answer.Holds));
        Assert.Equal(100, WarmWaterAnswer.Of(question, plan, 0, "air", new WarmWaterSpec { Kelvin = 60, Loops = "air" }, Catalogue).ServedPercent);
    }

    // 63 of 72 nodes are at work at the peak: no rack of 18 may be out. At half of it 32 are: two may. With six racks two may always.
    [Theory]
    [InlineData(0, 100, 0, 0, null)]
    [InlineData(0, 50, 0, 2, 2)]
    [InlineData(25, 100, 2, 2, 3)]
    public void Maintenance_takes_as_many_racks_as_the_hour_leaves(int spares, long night, int atPeak, int atNight, int? lots)
    {
        var (question, plan) = Planned(new SmallSite { Quarters = 1, Spares = spares });
        var spec = new MaintenanceSpec { RackIsOut = TimeSpan.FromHours(4), HourPercents = [.. Enumerable.Range(0, 24).Select(hour => hour is >= 2 and < 6 ? night : 100L)] };
        var answer = Assert.Single(MaintenanceAnswer.Of(question, plan, 0, "yearly", spec, Catalogue));
        Assert.Equal((atPeak, atNight, lots, lots is not null), (answer.AtPeak, answer.AtQuietest, answer.Lots, answer.Holds));
        Assert.Empty(answer.Problems);
        Assert.Equal(night < 100 ? 2 : 0, answer.WindowStart);
    }

    [Fact]
    public void Maintenance_that_must_survive_losses_takes_fewer_racks()
    {
        var (question, plan) = Planned(new SmallSite { Quarters = 1, KeepLoop = 100 });
        var spec = new MaintenanceSpec { RackIsOut = TimeSpan.FromHours(4) };
        Assert.Equal(4, Assert.Single(MaintenanceAnswer.Of(question, plan, 0, "yearly", spec, Catalogue)).AtPeak);
        Assert.Equal(0, Assert.Single(MaintenanceAnswer.Of(question, plan, 0, "yearly", spec with { SurviveLosses = true }, Catalogue)).AtPeak);
    }

    // 1 / (0.75 x 1.01) = 1.320; 1 / (0.7 x 1.01) is more than 1.35; 59 seconds are too few; a tenth of the seconds at full draw count.
    [Theory]
    [InlineData(0.75, 100, 0, 1.320, 0)]
    [InlineData(0.70, 100, 0, 1.35, 0)]
    [InlineData(0.75, 59, 0, 1, 0)]
    [InlineData(0.75, 100, 10, 1, 0)]
    [InlineData(0.75, 100, 2, 1.320, 28.8)]
    public void Booking_goes_by_what_was_drawn(double share, int seconds, int full, double factor, double cappedMinutes)
    {
        var (question, plan) = Small.Value;
        List<DrawSecond> observed = [.. Enumerable.Range(0, seconds).Select(second => new DrawSecond(second < full ? 1000 : 1000 * share, 1000))];
        var answer = BookingAnswer.Of(question, plan, "seen", "test", observed, Catalogue);
        Assert.Equal((factor, cappedMinutes), (answer.Factor, answer.CappedMinutesADay));
        Assert.All(answer.MoreRacks, racks => Assert.True(racks.Booked >= racks.AsRated && (factor > 1 || racks.Booked == racks.AsRated)));
    }

    [Fact]
    public void A_plan_that_cannot_keep_what_an_event_asks_does_not_fit()
    {
        const string Event = "{apiVersion: factory/v1, kind: Curtailment, metadata: {name: deep}, spec: {percent: 60, for: 2h, keepPercent: 95}}";
        var report = ReportBuilder.Answer(new SmallSite { Quarters = 1, More = Event }.Question, Catalogue, out _);
        Assert.False(report.Fits);
        Assert.StartsWith("2027Q1, deep: ", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.EndsWith("% is served, and 95 % is needed", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    private static (CapacityQuestion Question, RackPlan Plan) Planned(SmallSite site) => (site.Question, CapacityPlanner.Plan(site.Question).Plan!);
}
