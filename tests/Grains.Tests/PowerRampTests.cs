using ControlPlane.Domain.Units;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Grains.Tests;

/// <summary>How fast limits may rise.</summary>
public sealed class PowerRampTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 8, 0, 0, TimeSpan.Zero);
    private static readonly Watts Whole = Watts.FromKilowatts(100);

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(9.5, 9.5, 9.5)]
    [InlineData(11, 10, 11)]
    [InlineData(99, 10, 99)]
    [InlineData(3600, 10, 100)]
    [InlineData(-5, 0, 0)]
    public void Ten_seconds_are_saved_for_many_steps_and_all_for_one(double seconds, double together, double alone)
    {
        var ramp = new PowerRamp(0.01, Start);
        var now = Start.AddSeconds(seconds);
        Assert.Equal(Watts.FromKilowatts(together), ramp.Together(now, Whole));
        Assert.Equal(Watts.FromKilowatts(alone), ramp.Alone(now, Whole));
    }

    [Fact]
    public void It_begins_anew_after_each_rise()
    {
        var ramp = new PowerRamp(0.01, Start);
        ramp.Restart(Start.AddSeconds(50));
        Assert.Equal(Watts.Zero, ramp.Together(Start.AddSeconds(50), Whole));
        Assert.Equal(Watts.FromKilowatts(2), ramp.Alone(Start.AddSeconds(52), Whole));
    }
}
