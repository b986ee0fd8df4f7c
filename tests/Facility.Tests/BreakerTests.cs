using ControlPlane.Facility.Breakers;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class BreakerTests
{
    private static readonly Gen<TripCurve> Curves = Gen.Select(Gen.Int[0, TripCurves.All.Count - 1].Select(index => TripCurves.All[index]), Gen.Double[0.05, 10])
        .Select((curve, multiplier) => curve.WithTimeMultiplier(multiplier));

    [Theory]
    [InlineData("iec_inverse", 2, 10.029027)]
    [InlineData("iec_very_inverse", 1.15, 90)]
    [InlineData("iec_extremely_inverse", 1.25, 142.222222)]
    [InlineData("ieee_moderately_inverse", 2, 3.80324923)]
    [InlineData("ieee_very_inverse", 2, 7.02766667)]
    [InlineData("ieee_extremely_inverse", 1.15, 87.5635605)]
    public void Trips_when_the_standard_says(string name, double multiple, double seconds) =>
        Assert.Equal(seconds, TripCurves.Find(name)!.TripSeconds(multiple), 5);

    [Fact]
    public void A_larger_current_trips_no_later() =>
        Gen.Select(Curves, Gen.Double[0, 30], Gen.Double[0, 30]).Sample((curve, one, other) =>
            curve.TripSeconds(Math.Max(one, other)) <= curve.TripSeconds(Math.Min(one, other)));

    [Fact]
    public void The_current_for_a_time_trips_after_that_time() =>
        Gen.Select(Curves, Gen.Double[1.01, 30]).Sample((curve, multiple) =>
            Math.Abs(curve.MultipleFor(curve.TripSeconds(multiple)) / multiple - 1) < 1e-6);

    [Fact]
    public void Steps_at_a_constant_current_trip_when_the_closed_form_says() =>
        Gen.Select(Curves, Gen.Double[1.05, 3], Gen.Int[1, 20]).Sample((curve, multiple, parts) =>
        {
            var breaker = new Breaker(curve, 100);
            var step = TimeSpan.FromSeconds(breaker.TripSeconds(100 * multiple) / parts);
            var state = BreakerState.Cold;
            for (var i = 0; i < parts - 1; i++)
                state = breaker.Step(state, 100 * multiple, step);
            var nearly = breaker.Step(state, 100 * multiple, step * 0.999);
            var after = breaker.Step(state, 100 * multiple, step * 1.001);
            return !nearly.Tripped && after.Tripped && Math.Abs(state.Accumulated - (parts - 1.0) / parts) < 1e-3;
        });

    [Fact]
    public void What_was_used_before_counts_when_the_current_rises()
    {
        var breaker = new Breaker(TripCurves.IecExtremelyInverse, 400);
        var trip = breaker.TripSeconds([(600, TimeSpan.FromSeconds(32)), (800, TimeSpan.MaxValue)]);
        Assert.Equal(45.333, trip, 3);
    }

    [Fact]
    public void An_instantaneous_element_trips_at_once_above_its_multiple()
    {
        var breaker = new Breaker(TripCurves.IecExtremelyInverse, 100, 10);
        Assert.Equal(Breaker.InstantaneousSeconds, breaker.TripSeconds(1001));
        Assert.True(breaker.TripSeconds(1000) > Breaker.InstantaneousSeconds);
    }

    [Fact]
    public void Below_pick_up_an_ieee_curve_forgets_and_an_iec_curve_does_not()
    {
        foreach (var (curve, forgets) in new[] { (TripCurves.IeeeExtremelyInverse, true), (TripCurves.IecExtremelyInverse, false) })
        {
            var breaker = new Breaker(curve, 100);
            var warm = breaker.Step(BreakerState.Cold, 200, TimeSpan.FromSeconds(5));
            Assert.Equal(forgets, breaker.Step(warm, 50, TimeSpan.FromSeconds(10)).Accumulated < warm.Accumulated);
        }
    }

    [Fact]
    public void A_tripped_breaker_stays_open()
    {
        var breaker = new Breaker(TripCurves.IeeeVeryInverse, 100);
        var open = breaker.Step(BreakerState.Cold, 500, TimeSpan.FromHours(1));
        Assert.True(breaker.Step(open, 0, TimeSpan.FromDays(1)).Tripped);
        Assert.Equal(0, breaker.SecondsLeft(open, 0));
    }

    [Theory]
    [InlineData(1.13, TripPromise.Holds)]
    [InlineData(1.3, TripPromise.MayTrip)]
    [InlineData(1.45, TripPromise.TripsInTime)]
    [InlineData(7, TripPromise.MayTripAtOnce)]
    [InlineData(10, TripPromise.TripsAtOnce)]
    public void A_band_promises_what_its_standard_does(double multiple, TripPromise promise) =>
        Assert.Equal(promise, TripBand.Iec60898C.At(multiple));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    public void Refuses_currents_that_cannot_be(double amperes)
    {
        var breaker = new Breaker(TripCurves.IecInverse, 100);
        Assert.Throws<ArgumentOutOfRangeException>(() => breaker.TripSeconds(amperes));
        Assert.Throws<ArgumentOutOfRangeException>(() => breaker.Step(BreakerState.Cold, amperes, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Breaker(TripCurves.IecInverse, amperes));
    }
}
