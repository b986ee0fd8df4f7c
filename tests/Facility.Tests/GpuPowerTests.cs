using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Tests;

public sealed class GpuPowerTests
{
    private static readonly Watts Idle = Watts.FromWatts(78.8);
    private static readonly Watts Limit = Watts.FromWatts(700);

    [Theory]
    [InlineData(0, 78.8)]
    [InlineData(0.5, 389.4)]
    [InlineData(1, 700)]
    [InlineData(1.5, 700)]
    [InlineData(-1, 78.8)]
    public void Draws_its_share_of_the_range(double utilisation, double watts) =>
        Assert.Equal(Watts.FromWatts(watts), GpuPower.At(utilisation, Idle, Limit));

    [Fact]
    public void A_cap_above_the_draw_sheds_nothing()
    {
        var draw = GpuPower.At(0.3, Idle, Limit);
        Assert.Equal(draw, GpuPower.UnderCap(0.3, Idle, Limit, Watts.FromWatts(400)));
        Assert.Equal(1, GpuPower.SpeedUnderCap(0.3, Idle, Limit, Watts.FromWatts(400)));
    }

    [Fact]
    public void No_cap_goes_below_idle()
    {
        Assert.Equal(Idle, GpuPower.UnderCap(1, Idle, Limit, Watts.FromWatts(50)));
        Assert.Equal(0, GpuPower.SpeedUnderCap(1, Idle, Limit, Watts.FromWatts(50)));
    }

    [Fact]
    public void Settles_where_the_cold_plate_says()
    {
        var settled = ThermalMass.ColdPlate.Settled(Watts.FromWatts(1200), Celsius.FromDegrees(45));
        Assert.Equal(81, settled.Value, 9);
    }

    [Fact]
    public void Two_half_steps_make_one_step()
    {
        var (start, coolant) = (Celsius.FromDegrees(40), Celsius.FromDegrees(30));
        var mass = ThermalMass.ColdPlate;
        var half = mass.After(start, Limit, coolant, TimeSpan.FromSeconds(5));
        var whole = mass.After(half, Limit, coolant, TimeSpan.FromSeconds(5));
        Assert.Equal(mass.After(start, Limit, coolant, TimeSpan.FromSeconds(10)).Value, whole.Value, 9);
    }

    [Theory]
    [InlineData(1200, 9.33)]
    [InlineData(200, 56)]
    public void Without_flow_the_limit_is_seconds_away(double watts, double seconds)
    {
        var time = ThermalMass.ColdPlate.UntilWithoutFlow(
            Celsius.FromDegrees(76), Celsius.FromDegrees(90), Watts.FromWatts(watts));
        Assert.Equal(seconds, time.TotalSeconds, 2);
    }

    [Fact]
    public void Water_at_one_and_a_half_litres_a_minute_and_kilowatt_warms_by_under_ten_kelvin() =>
        Assert.InRange(Coolant.WaterRise(Watts.FromKilowatts(1), 1.5), 9.5, 9.7);
}
