using System.Collections.Immutable;
using ControlPlane.Facility.Health;
using ControlPlane.Facility.Leaks;

namespace ControlPlane.Facility.Tests;

public sealed class HealthTests
{
    [Fact]
    public void Wrong_beats_right_and_the_older_observation_dates_the_whole()
    {
        var right = new HealthReport("a", TimeSpan.FromSeconds(100), [new("Fan", "1"), new("Psu", "0")], []);
        var wrong = new HealthReport("b", TimeSpan.FromSeconds(80), [], [new("Psu", "0", TimeSpan.FromSeconds(70), "hot", ["Hardware"])]);
        foreach (var merged in (HealthReport[])[right.And(wrong), wrong.And(right)])
        {
            Assert.Equal([new HealthCheck("Fan", "1")], merged.Successes);
            Assert.Equal("Psu", Assert.Single(merged.Alerts).Id);
            Assert.Equal(80, merged.ObservedAt.TotalSeconds);
            Assert.True(merged.IsAllocatable);
        }
    }

    [Fact]
    public void Findings_about_one_part_are_one_finding()
    {
        var one = new HealthAlert("Psu", "0", TimeSpan.FromSeconds(90), "hot", ["Hardware"]);
        var both = one.And(new HealthAlert("Psu", "0", TimeSpan.FromSeconds(70), "hold", [HealthAlert.PreventAllocations]));
        Assert.Equal((70, "hot; hold"), (both.Since.TotalSeconds, both.Message));
        Assert.Equal(["Hardware", HealthAlert.PreventAllocations], both.Classifications);
    }

    [Fact]
    public void A_machine_of_which_nobody_says_anything_takes_nothing() => Assert.False(new MachineHealth().IsAllocatable);

    [Theory]
    [InlineData(MachineHealth.Completed, true, 0)]
    [InlineData(MachineHealth.InProgress, false, 2)]
    [InlineData("Failed", false, 1)]
    [InlineData(null, false, 1)]
    public void Only_a_completed_repair_frees_a_machine(string? status, bool isAllocatable, int overrides)
    {
        var machine = new MachineHealth { Replacing = new HealthReport("operator", TimeSpan.Zero, [], []) }.Returned("HARDWARE", true, TimeSpan.Zero);
        Assert.False(machine.IsAllocatable);
        machine = machine.Repaired(status);
        Assert.Equal((isAllocatable, overrides), (machine.IsAllocatable, machine.Merging.Count));
    }

    [Fact]
    public void One_clear_point_says_nothing_of_another()
    {
        var (leak, fault) = (PointTopic.Parse("BMS/v1/PUB/Value/Rack/RackLeakDetect/x/e03/leak"), PointTopic.Parse("BMS/v1/PUB/Value/Rack/RackLeakSensorFault/x/e03/fault"));
        var rack = new RackLeaks().Observe(leak, new(1, 1)).Observe(fault, new(1, 1)).Observe(fault, new(0, 1));
        Assert.Equal("RackLeakDetect", Assert.Single(rack.Alerts).Id);
        Assert.False(rack.TakesPlacements);
        Assert.Equal(rack, rack.Observe(leak, new(0, 0)));
        Assert.True(rack.Observe(leak, new(0, 1)).TakesPlacements);
    }

    [Fact]
    public void Isolation_is_asked_for_only_where_this_integration_may_ask()
    {
        ImmutableArray<(PointTopic, string?)> metadata =
        [
            (PointTopic.Parse("BMS/v1/PUB/Metadata/Rack/RackElectricalIsolationRequest/x/e03/el"), "US"),
            (PointTopic.Parse("BMS/v1/PUB/Metadata/Rack/RackLiquidIsolationRequest/x/e03/liq"), "US"),
            (PointTopic.Parse("BMS/v1/PUB/Metadata/Rack/RackLiquidIsolationRequest/x/e04/liq"), "US"),
            (PointTopic.Parse("BMS/v1/PUB/Metadata/Rack/RackLiquidIsolationRequest/x/e03/liq2"), "THEM"),
        ];
        Assert.Empty(new RackLeaks().WithLeakingTrays(1).IsolationRequests("US", "E03", metadata));
        Assert.Equal(
            ["BMS/v1/US/Value/Rack/RackLiquidIsolationRequest/x/e03/liq", "BMS/v1/US/Value/Rack/RackElectricalIsolationRequest/x/e03/el"],
            new RackLeaks().WithLeakingTrays(2).IsolationRequests("US", "E03", metadata).Select(one => one.Topic.ToString()));
    }
}
