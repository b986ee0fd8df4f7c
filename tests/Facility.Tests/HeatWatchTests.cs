using ControlPlane.Facility.Cooling;

namespace ControlPlane.Facility.Tests;

public class HeatWatchTests
{
    [Theory]
    [InlineData(false, 70.0, 70.0, false)] // far below, steady
    [InlineData(false, 83.0, 83.0, true)] // at the margin
    [InlineData(false, 82.9, 82.9, false)]
    [InlineData(false, 78.0, 74.0, true)] // rises by 0.4 K a second: 90 C in half a minute
    [InlineData(false, 78.0, 86.0, false)] // falls
    [InlineData(true, 80.0, 80.0, true)] // closed racks open further below
    [InlineData(true, 78.9, 78.9, false)]
    [InlineData(false, null, 70.0, false)] // unknown closes nothing
    [InlineData(false, 84.0, null, true)]
    [InlineData(false, double.NaN, 70.0, false)]
    public void A_rack_closes_before_its_devices_throttle_and_opens_well_below(bool isClosed, double? hottest, double? before, bool closes) =>
        Assert.Equal(closes, HeatWatch.Default.Why(isClosed, hottest, before, TimeSpan.FromSeconds(10)) is not null);
}
