using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class EventReportTests
{
    private static readonly DateTimeOffset Noon = new(2027, 1, 15, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_minute_is_the_mean_of_its_readings_and_holds_the_lowest_limit_that_was_asked()
    {
        var meter = new MinuteMeter();
        meter.Read(Noon, Watts.FromWatts(100), false, null);
        meter.Read(Noon.AddSeconds(20), Watts.FromWatts(200), true, Watts.FromWatts(150));
        meter.Read(Noon.AddSeconds(59), Watts.FromWatts(300), false, Watts.FromWatts(120));
        Assert.Empty(meter.Between(Noon, Noon.AddHours(1)));
        meter.Read(Noon.AddSeconds(60), Watts.FromWatts(1), false, null);
        var minute = Assert.Single(meter.Between(Noon, Noon.AddHours(1)));
        Assert.Equal(new MeteredMinute(Noon, Watts.FromWatts(200), 3, true, Watts.FromWatts(120)), minute);
    }

    [Fact]
    public void A_meter_keeps_two_days_in_the_order_of_time_whatever_the_clock_does() =>
        Gen.Int[-90, 4000].Array[1, 200].Sample(steps =>
        {
            var (meter, at) = (new MinuteMeter(), Noon);
            foreach (var step in steps)
                meter.Read(at += TimeSpan.FromSeconds(step), Watts.FromWatts(1), false, null);
            var kept = meter.Between(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
            return kept.Count <= MinuteMeter.MostMinutes && kept.Zip(kept.Skip(1)).All(pair => pair.First.At < pair.Second.At);
        });

    [Fact]
    public void A_report_counts_kept_missing_and_estimated_minutes_and_the_energy_avoided()
    {
        var before = Minutes(-15, 15, 100_000);
        var window = Minutes(0, 30, 70_000).Concat(Minutes(31, 29, 80_000)).ToList();
        var report = EventReport.Of(before, window, Noon, Noon.AddHours(1), Watts.FromKilowatts(75))!;
        Assert.Equal((59, 30, 1, false), (report.Minutes.Count, report.Score.Kept, report.Missing, report.IsKept));
        Assert.Equal(0.8, report.Score.HighestFraction, 9);
        Assert.Equal((30 * 30 + 29 * 20) / 60.0, report.Score.AvoidedKilowattHours, 9);
        Assert.True(EventReport.Of(before, Minutes(0, 60, 70_000), Noon, Noon.AddHours(1), Watts.FromKilowatts(75))!.IsKept);
        Assert.Null(EventReport.Of(before, Minutes(0, 60, 70_000), Noon, Noon.AddHours(1), null));
        Assert.Null(EventReport.Of([], window, Noon, Noon.AddHours(1), Watts.FromKilowatts(75)));
        var asked = Minutes(0, 60, 70_000).Select(minute => minute with { Asked = Watts.FromWatts(minute.At == Noon ? 69_000 : 72_000) }).ToList();
        Assert.Equal(0, EventReport.Of(before, asked, Noon, Noon.AddHours(1), null)!.Score.Kept);
    }

    private static List<MeteredMinute> Minutes(int first, int count, double watts) =>
        [.. Enumerable.Range(first, count).Select(minute => new MeteredMinute(Noon.AddMinutes(minute), Watts.FromWatts(watts), 60, false, null))];
}
