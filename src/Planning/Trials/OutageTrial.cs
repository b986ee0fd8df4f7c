using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Planning.Trials;

/// <summary>What a need came to in the twin in one state of a quarter.</summary>
/// <param name="Quarter">The quarter.</param>
/// <param name="State">What was out.</param>
/// <param name="Need">The need.</param>
/// <param name="Asked">What must be given in that state: tokens/s, or dense bf16 Tflop/s for training.</param>
/// <param name="Given">What was given once everything had found its place again, at most what was asked.</param>
/// <param name="RecoverySeconds">From the loss until as much was given again; 0 when it never fell short, and null when that never came.</param>
public sealed record OutageResult(string Quarter, string State, string Need, long Asked, double Given, double? RecoverySeconds)
{
    /// <summary>Whether the condition holds. A unit in a million is rounding.</summary>
    public bool Holds => Given >= Asked * (1 - 1e-6);
}

/// <summary>
/// Plays given racks in the event twin in every state in which they must hold: an hour undisturbed, then the very racks of a
/// loss fail, and the twin's own scheduler brings what must go on back to work. What the racks are to do is found anew, as
/// much of every need as can be; the plan's own uses are not asked.
/// </summary>
public static class OutageTrial
{
    private const long Hour = 3_600_000;
    private const double MostSeconds = 3.2e9;

    /// <summary>Plays a quarter.</summary>
    /// <param name="question">The question.</param>
    /// <param name="quarter">The quarter.</param>
    /// <param name="racks">Racks by type and row.</param>
    /// <param name="catalogue">Rack types and GPUs.</param>
    /// <param name="watch">Told before every state; ends the trial early when it says so.</param>
    public static IReadOnlyList<OutageResult> Run(CapacityQuestion question, int quarter, int[][] racks, HardwareCatalogue catalogue, PlanWatch? watch = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(racks);
        var halls = new PlanHalls(question, racks, catalogue);
        if (halls.Errors.Count > 0)
            throw new ArgumentException(string.Join("; ", halls.Errors), nameof(racks));
        var results = new List<OutageResult>();
        var scenarios = Scenario.Of(question);
        var uses = scenarios.Select(scenario => QuarterUses.Most(question, quarter, scenario, racks).Uses).ToList();
        var outages = Outage.Of(question, halls);
        var undisturbed = PlacedWork.Place(question, halls.Without(outages[0].Racks), uses[0]);
        for (var index = 0; index < outages.Count; index++)
        {
            if (watch?.Goes($"{question.Quarters[quarter]} {outages[index].Name}", index, outages.Count) == false)
                break;
            var serving = PlacedWork.Place(question, halls.Without(outages[index].Racks), uses[outages[index].Number]);
            results.AddRange(Play(question, quarter, halls, outages[index], scenarios[outages[index].Number], serving.Counts, undisturbed.Counts));
        }
        return results;
    }

    private static IEnumerable<OutageResult> Play(
        CapacityQuestion question, int quarter, PlanHalls halls, Outage outage, Scenario scenario, int[][][] serving, int[][][] training)
    {
        var changes = new List<(long At, int Need, double More)>();
        var trained = 0.0;
        for (var hall = 0; hall < halls.Layouts.Count; hall++)
        {
            var trial = new HallTrial(question, halls, hall, serving, training);
            List<TwinFault> faults = [.. outage.Racks.Where(rack => rack.Hall == hall).Select(rack => new TwinFault(Hour / 1000, "rack", rack.Name, MostSeconds))];
            if (faults.Count == 0 && !scenario.WithTraining)
            {
                // The loss does not touch this hall: what was placed there serves.
                changes.AddRange(trial.Undisturbed);
                continue;
            }
            var twin = new EventTwin(trial.Plan with { Faults = faults });
            twin.Advance(2 * Hour);
            var before = trial.Trained(twin.Outcome());
            twin.Advance(3 * Hour);
            var outcome = twin.Outcome();
            changes.AddRange(trial.Changes(outcome));
            trained += (trial.Trained(outcome) - before) / Hour;
        }
        for (var need = 0; need < question.Needs.Count; need++)
        {
            var asked = scenario.Amount(question.Needs[need], quarter);
            var state = (question.Quarters[quarter].ToString(), outage.Name);
            if (question.Needs[need].IsTraining)
            {
                if (scenario.WithTraining)
                    yield return new OutageResult(state.Item1, state.Name, question.Needs[need].Name, asked, Math.Min(asked, trained), null);
                continue;
            }
            var (given, back) = Course(changes.Where(change => change.Need == need), asked);
            yield return new OutageResult(state.Item1, state.Name, question.Needs[need].Name, asked, Math.Min(asked, given), back);
        }
    }

    // What is given at the end, and from when after the loss on it is as much as asked.
    private static (double Given, double? Back) Course(IEnumerable<(long At, int Need, double More)> changes, long asked)
    {
        var (given, since) = (0.0, (long?)null);
        foreach (var instant in changes.GroupBy(change => change.At).OrderBy(instant => instant.Key))
        {
            given += instant.Sum(change => change.More);
            since = given >= asked * (1 - 1e-6) ? since ?? instant.Key : null;
        }
        return (given, since is { } at ? Math.Max(0, at - Hour) / 1000.0 : asked == 0 ? 0 : null);
    }
}
