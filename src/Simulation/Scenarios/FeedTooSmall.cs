using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>A job comes whose first choice of nodes has free GPUs but not the power: it starts elsewhere instead of waiting.</summary>
public sealed class FeedTooSmall : Scenario
{
    /// <inheritdoc/>
    public override string Name => "feed-too-small-place-elsewhere";

    /// <inheritdoc/>
    public override string About => "Feed A has a free rack and 12 kW left, feed B a free rack and 40 kW; a job of 32 H100 comes.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromMinutes(20);

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = Equipment.AirCooled();
        (string Feed, double Watts)[] feeds = [("feed-a", 58_000), ("feed-b", 75_000)];
        foreach (var (feed, watts) in feeds)
        {
            var domain = hall.Domains.Count;
            hall.Domains.Add(new TwinDomain(feed, -1, Watts.FromWatts(watts)) { Breaker = BreakerAt(Watts.FromWatts(watts)) });
            for (var rack = 0; rack < 2; rack++)
                hall.Racks.Add(Equipment.DgxRack($"{feed}-rack-{rack + 1}", domain));
            hall.Jobs.Add(Job($"on-{feed}").On(hall.Racks.Count - 2, 32));
        }
        hall.Jobs.Add(Job("comes"));
        hall.Jobs[2].State = TwinJobState.Stopped;
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (IsAt(hall, Begins))
            signal(TwinSignal.JobArrived, 2);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return
        [
            ScenarioTarget.AtLeast("speed of the job that came", outcome.Extra["speed of the job that came"], 0.99),
            ScenarioTarget.AtLeast("speed of those that ran, untouched", outcome.Extra["speed of those that ran"], 0.9999),
            ScenarioTarget.AtMost("highest load over limit", outcome.HighestPeak, 1),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record) => new Dictionary<string, double>
    {
        ["speed of the job that came"] = record.SpeedOf(hall.Jobs[2]),
        ["speed of those that ran"] = Math.Min(record.SpeedOf(hall.Jobs[0]), record.SpeedOf(hall.Jobs[1])),
    };

    private static TwinJob Job(string name) => Equipment.H100(name, WorkloadClass.Training, FlexClass.Flex2);
}
