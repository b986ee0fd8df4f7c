using System.Text.Json;
using ControlPlane.Simulation.Scenarios;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Tests;

/// <summary>Every scenario reaches its targets, where doing nothing does not; and the same scenario takes the same course.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Names => [.. AllScenarios.List.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_product_reaches_every_target_and_doing_nothing_does_not(string name)
    {
        var scenario = AllScenarios.Find(name)!;
        var report = ScenarioRun.All(scenario);
        Assert.All(report.Targets, target => Assert.True(target.IsMet, $"{target.What}: {target.Measured}"));
        Assert.NotEmpty(report.Targets);
        Assert.Contains(scenario.Targets(report.Outcomes["do-nothing"], report.Outcomes), target => !target.IsMet);
    }

    [Theory]
    [InlineData("ups-failover")]
    [InlineData("cdu-pump")]
    [InlineData("heat-wave")]
    public void The_same_scenario_takes_the_same_course(string name)
    {
        var scenario = AllScenarios.Find(name)!;
        var (first, second) = (Played(), Played());
        Assert.Equal(first, second);

        string Played() => JsonSerializer.Serialize(ScenarioRun.With(scenario, new Ladder(scenario.Options)));
    }

    [Fact]
    public void At_constant_load_caps_settle_and_stay()
    {
        var scenario = new BreakerOverload();
        var outcome = ScenarioRun.With(scenario, new Ladder(scenario.Options));
        Assert.InRange(outcome.Extra["turns"], 0, 1);
    }

    [Fact]
    public void An_unknown_scenario_is_none() => Assert.Null(AllScenarios.Find("ups-fail-over"));
}
