using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>Plays a scenario.</summary>
public static class ScenarioRun
{
    /// <summary>Plays it with the product's controller and both baselines.</summary>
    public static ScenarioReport All(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ITwinController[] controllers = [new Ladder(scenario.Options), new EqualCaps(scenario.Options.InletLimit), new DoNothing()];
        var outcomes = controllers.ToDictionary(controller => controller.Name, controller => With(scenario, controller));
        foreach (var (name, hall) in scenario.Uncontrolled)
            outcomes.Add(name, With(hall, new DoNothing()) with { Controller = name });
        return new ScenarioReport(scenario.Name, scenario.About, outcomes, scenario.Targets(outcomes["factory"], outcomes));
    }

    /// <summary>Plays it with one controller.</summary>
    public static ScenarioOutcome With(Scenario scenario, ITwinController controller)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(controller);
        var hall = scenario.Build();
        var controls = new TwinControls(hall, scenario.Latencies);
        var record = new ScenarioRecord(hall, scenario);
        var seen = new Queue<TwinReadings>();
        hall.Settle();
        var (nextReading, nextStep) = (TimeSpan.Zero, TimeSpan.Zero);
        while (hall.Now < scenario.Length)
        {
            scenario.Happen(hall, (signal, index) => controller.Signal(signal, index, controls));
            controls.Apply();
            hall.Step(scenario.Step);
            record.Look(scenario.Step);
            if (hall.Now >= nextReading)
            {
                seen.Enqueue(TwinReadings.Of(hall));
                nextReading = hall.Now + scenario.Latencies.Telemetry;
            }
            if (hall.Now < nextStep)
                continue;
            // What a controller sees is the newest that had the time to reach it.
            while (seen.Count > 1 && seen.ElementAt(1).At <= hall.Now - scenario.Latencies.Telemetry)
                seen.Dequeue();
            if (seen.Peek().At <= hall.Now - scenario.Latencies.Telemetry)
                controller.Step(seen.Peek(), controls);
            nextStep = hall.Now + controller.Period;
        }
        return record.Outcome(controller.Name, controls.Orders);
    }
}

/// <summary>What all controllers made of a scenario.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="About">What happens.</param>
/// <param name="Outcomes">By controller.</param>
/// <param name="Targets">What the product had to reach.</param>
public sealed record ScenarioReport(
    string Scenario, string About, IReadOnlyDictionary<string, ScenarioOutcome> Outcomes, IReadOnlyList<ScenarioTarget> Targets)
{
    /// <summary>True when every target is reached.</summary>
    public bool IsMet => Targets.All(target => target.IsMet);
}
