using ControlPlane.Domain.Units;
using ControlPlane.Facility.Conversion;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class ConversionTests
{
    [Fact]
    public void Frontier_takes_what_its_twin_says()
    {
        Assert.Equal(28.2032, StagedSystem.Frontier.System(NodeModel.Frontier.At(1, 1)).Value / 1e6, 4);
        Assert.Equal(7.2819, StagedSystem.Frontier.System(NodeModel.Frontier.At(0, 0)).Value / 1e6, 4);
    }

    [Fact]
    public void A_stage_takes_more_than_it_delivers() =>
        Gen.Select(Gen.Double[0, 50], Gen.Double[0.5, 1], Gen.Double[0, 1e6]).Sample((loss, efficiency, output) =>
            new LossStage(Watts.FromWatts(loss), efficiency).InputWatts(output) >= output);

    [Theory]
    [InlineData("h100", 2800, 4899.18)]
    [InlineData("h100", 5600, 8051)]
    [InlineData("b200", 8000, 10657.18)]
    public void A_chassis_takes_what_its_profile_says(string name, double gpuWatts, double chassisWatts) =>
        Assert.Equal(chassisWatts, ChassisProfiles.Find(name)!.At(Watts.FromWatts(gpuWatts)).AlternatingWatts, 0);

    [Fact]
    public void Every_chassis_takes_more_the_more_its_gpus_draw() =>
        Gen.Select(Gen.Int[0, ChassisProfiles.All.Count - 1].Select(index => ChassisProfiles.All[index]), Gen.Double[0, 6000], Gen.Double[0, 6000]).Sample((chassis, one, other) =>
            chassis.At(Watts.FromWatts(Math.Min(one, other))).FacilityWatts <= chassis.At(Watts.FromWatts(Math.Max(one, other))).FacilityWatts);

    [Fact]
    public void More_than_the_supplies_deliver_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ChassisProfiles.Find("h100")!.At(Watts.FromKilowatts(30)));

    [Fact]
    public void Half_the_flow_takes_an_eighth_of_the_power()
    {
        Assert.Equal(0.125, Affinity.PowerShare(0.5), 12);
        Assert.Equal(0.5, Affinity.FlowShare(0.125), 12);
    }

    [Fact]
    public void The_meter_counts_no_less_than_the_equipment() =>
        Gen.Select(Gen.Double[1, 2], Gen.Int[0, 1_000_000]).Sample((ratio, watts) =>
            PowerUsage.Constant(ratio).AtMeter(Watts.FromWatts(watts)) >= Watts.FromWatts(watts));

    [Fact]
    public void Refuses_figures_that_cannot_be()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PowerUsage.Constant(0.9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossStage(Watts.FromWatts(1), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LossStage(Watts.FromWatts(1), 1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FanBank(Watts.FromWatts(1), Watts.FromWatts(1), 0.8, 0.2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Affinity.PowerShare(-1));
    }
}
