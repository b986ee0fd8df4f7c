namespace ControlPlane.Simulation.Scenarios;

/// <summary>The scenarios that ship with the product.</summary>
public static class AllScenarios
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> List { get; } =
    [
        new UpsFailover(), new BreakerOverload(), new CduPump(), new HeatWave(), new DemandResponse(),
        new BuswayTrip(), new Leak(), new LinkFlap(), new FourRacksInThree(), new FeedTooSmall(), new OversubscribedHall(),
    ];

    /// <summary>The scenario of that name, or null.</summary>
    public static Scenario? Find(string name) => List.FirstOrDefault(scenario => scenario.Name == name);
}
