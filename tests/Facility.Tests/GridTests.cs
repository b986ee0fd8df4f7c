using ControlPlane.Domain.Units;
using ControlPlane.Facility.Conversion;
using ControlPlane.Facility.Grid;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class GridTests
{
    private static readonly Watts Hundred = Watts.FromKilowatts(100);

    [Fact]
    public void A_request_falls_in_a_straight_line_and_holds()
    {
        var request = new Curtailment(Hundred, Watts.FromKilowatts(75), 600, 300);
        Assert.Equal(Hundred, request.AllowedAt(300));
        Assert.Equal(87.5, request.AllowedAt(450).Kilowatts);
        Assert.Equal(75, request.AllowedAt(10_000).Kilowatts);
        Assert.Equal(25_000 / 300.0, request.RampWattsPerSecond, 9);
        Assert.Equal(75, new Curtailment(Hundred, Watts.FromKilowatts(75), 600, 0).AllowedAt(600).Kilowatts);
    }

    [Fact]
    public void A_ramp_arrives_when_it_says_and_never_steps_too_far() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[1, 50]).Sample((from, to, perSecond) =>
        {
            var limit = new RampLimit(Watts.FromKilowatts(perSecond));
            var (now, goal, seconds) = (Watts.FromKilowatts(from), Watts.FromKilowatts(to), 0);
            while (now != goal)
            {
                var next = limit.Next(now, goal, TimeSpan.FromSeconds(1));
                if (Math.Abs((next - now).Kilowatts) > perSecond + 1e-9)
                    return false;
                (now, seconds) = (next, seconds + 1);
            }
            return seconds == Math.Ceiling(limit.SecondsBetween(Watts.FromKilowatts(from), goal) - 1e-9);
        });

    [Fact]
    public void A_promise_is_kept_at_the_meter_or_not_at_all()
    {
        var promise = new MeterCommitment(Watts.FromKilowatts(1300), 0.25);
        var meter = PowerUsage.Constant(1.36).AtMeter(Watts.FromKilowatts(750));
        Assert.Equal(45, promise.Shortfall(meter).Kilowatts, 6);
        Assert.Equal(280, promise.Delivered(meter).Kilowatts, 6);
        Assert.Equal(975 / 1.36, promise.EquipmentFor(PowerUsage.Constant(1.36)).Kilowatts, 3);
    }

    [Fact]
    public void An_event_is_judged_by_every_sample()
    {
        var trace = Trace(100, 100, 90, 70, 55, 72, 74, 70);
        var score = EventScore.Judge(trace, Hundred, 0.75, Minutes(2), Minutes(3), Minutes(7));
        Assert.True(score.IsCompliant);
        Assert.Equal((5, 5), (score.Samples, score.Kept));
        Assert.Equal(Minutes(3), score.SettledAt);
        Assert.Equal(0.2, score.Overshoot, 9);
        Assert.Equal((30 + 45 + 28 + 26 + 30) / 60.0, score.AvoidedKilowattHours, 6);
        Assert.False(EventScore.Judge(trace, Hundred, 0.73, Minutes(2), Minutes(3), Minutes(7)).IsCompliant);
    }

    [Fact]
    public void Jobs_are_weighed_and_floors_are_counted()
    {
        JobService[] jobs = [new(0.9, FlexClass.Flex1, 8), new(0.7, FlexClass.Flex2, 24), new(1, FlexClass.Flex0, 0)];
        Assert.Equal(0.75, JobService.Weighted(jobs), 9);
        Assert.Equal(1, JobService.Violations(jobs));
    }

    [Fact]
    public void Refuses_figures_that_cannot_be()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Curtailment(Hundred, Hundred + Hundred, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Curtailment(Hundred, Hundred, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RampLimit(Watts.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MeterTrace([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Trace(1, 2).Mean(Minutes(5), Minutes(6)));
        Assert.Throws<ArgumentOutOfRangeException>(() => JobService.Weighted([]));
    }

    private static TimeSpan Minutes(int count) => TimeSpan.FromMinutes(count);

    private static MeterTrace Trace(params double[] kilowatts) =>
        new(kilowatts.Select((power, minute) => new MeterSample(Minutes(minute), Watts.FromKilowatts(power))));
}
