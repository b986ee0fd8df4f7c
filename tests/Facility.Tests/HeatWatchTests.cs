using ControlPlane.Domain.Units;
using ControlPlane.Facility.Cooling;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public class HeatWatchTests
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(false, 83.0, true)] // at the margin
    [InlineData(false, 82.9, false)]
    [InlineData(true, 80.0, true)] // closed racks open further below
    [InlineData(true, 78.9, false)]
    [InlineData(false, double.NaN, false)]
    public void A_rack_closes_before_its_devices_throttle_and_opens_well_below(bool isClosed, double hottest, bool isHot) =>
        Assert.Equal(isHot, HeatWatch.Default.IsHot(isClosed, hottest));

    [Theory]
    [InlineData(70, 70, 70, 70)] // steady
    [InlineData(80, 78, 76, 76)] // falls: nothing to fear
    [InlineData(40, 60, 70, 80)] // 20, 10, then 5, 2.5 ...: settles
    [InlineData(70, 72, 74, 80)] // a straight line, for half a minute
    [InlineData(60, 60, 70, 100)] // just begun: as if it went on so
    public void Where_a_temperature_goes_is_seen_by_how_its_rises_change(double earliest, double earlier, double now, double expected) =>
        Assert.Equal(expected, HeatWatch.Default.Expected(earliest, earlier, now, Look), 6);

    [Fact]
    public void A_die_under_constant_power_is_expected_where_it_settles() =>
        Gen.Select(Gen.Double[20, 45], Gen.Double[80, 700], Gen.Double[0, 20]).Sample((coolant, watts, seconds) =>
        {
            var (draw, water) = (Watts.FromWatts(watts), Celsius.FromDegrees(coolant));
            var first = ThermalMass.ColdPlate.After(water, draw, water, TimeSpan.FromSeconds(seconds));
            var second = ThermalMass.ColdPlate.After(first, draw, water, Look);
            var third = ThermalMass.ColdPlate.After(second, draw, water, Look);
            Assert.Equal(ThermalMass.ColdPlate.Settled(draw, water).Value, HeatWatch.Default.Expected(first.Value, second.Value, third.Value, Look), tolerance: 0.001);
        });
}
