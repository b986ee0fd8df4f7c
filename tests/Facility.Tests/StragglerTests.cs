using ControlPlane.Facility.Reliability;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class StragglerTests
{
    [Fact]
    public void A_rank_beyond_the_median_in_three_reports_is_a_straggler_and_one_good_report_ends_it()
    {
        var watch = new StragglerWatch();
        for (var report = 1; report <= 3; report++)
        {
            Assert.Empty(watch.Stragglers);
            watch = watch.Read(Times(2, 2, 2.09, 2, 2.12));
        }
        var straggler = Assert.Single(watch.Stragglers);
        Assert.Equal((4, 1.06), (straggler.Rank, Math.Round(straggler.Ratio, 6)));
        Assert.Empty(watch.Read(Times(2, 2, 2, 2, 2.1)).Stragglers);
    }

    [Fact]
    public void Silence_about_a_rank_and_reports_of_too_few_ranks_change_nothing()
    {
        var watch = StragglerWatch.Of([3]);
        Assert.Equal(3, Assert.Single(watch.Read(Times(1, 1, 1)).Stragglers).Rank);
        Assert.Equal(watch, watch.Read(Times(1, 9)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_step_takes_a_positive_time(double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new StragglerWatch().Read(Times(1, 1, seconds)));

    /// <summary>Whatever is reported: fewer than half of the ranks are slow at once, and none faster than the median ever is.</summary>
    [Fact]
    public void Stragglers_are_few_and_slow() => Gen.Double[0.1, 10].Array[5].Array[1, 8].Sample(reports =>
    {
        var watch = new StragglerWatch();
        foreach (var report in reports)
            watch = watch.Read(Times(report));
        Assert.True(watch.Stragglers.Count <= 2);
        Assert.All(watch.Stragglers, one => Assert.True(one.Ratio > 1 + StragglerWatch.SlowBy));
    });

    private static Dictionary<int, double> Times(params double[] seconds) => seconds.Select((time, rank) => (time, rank)).ToDictionary(one => one.rank, one => one.time);
}
