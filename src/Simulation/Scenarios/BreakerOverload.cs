using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>Work below a panel rises until its breaker carries a quarter too much.</summary>
public sealed class BreakerOverload : Scenario
{
    private static readonly Watts Rating = Watts.FromWatts(78_000);

    /// <inheritdoc/>
    public override string Name => "breaker-overload";

    /// <inheritdoc/>
    public override string About => "A panel of 78 kW (extremely inverse breaker, TMS 1) is loaded to 1.25 times its rating as 96 H100 turn from half load to full.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromMinutes(11);

    /// <inheritdoc/>
    public override LadderOptions Options => new() { Period = TimeSpan.FromSeconds(1) };

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = Equipment.AirCooled();
        hall.Domains.Add(new TwinDomain("panel", -1, Rating) { Breaker = BreakerAt(Rating) });
        for (var rack = 0; rack < 3; rack++)
            hall.Racks.Add(Equipment.DgxRack($"rack-{rack + 1}", 0));
        hall.Jobs.Add(Job("pretrain", WorkloadClass.Training, FlexClass.Flex3).On(0, 32).On(1, 32));
        hall.Jobs.Add(Job("chat", WorkloadClass.Decode, FlexClass.Flex2).On(2, 32));
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        if (IsAt(hall, Begins))
            hall.Say("all work turns from half load to full");
        if (IsAt(hall, Begins + TimeSpan.FromMinutes(5)))
            hall.Say("work falls to half load again");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return
        [
            ScenarioTarget.AtMost("within the rating inside 10 s", outcome.TimeToSafeSeconds ?? 1e9, 10),
            ScenarioTarget.AtMost("breaker accumulator, at most 0.04", outcome.BreakerAccumulator, 0.04),
            ScenarioTarget.AtMost("load settled, 0.95 of the rating with half a percent to spare", outcome.Extra["settled"], 0.955),
            ScenarioTarget.AtMost("jobs that lost work: none", outcome.KilledWithoutCheckpoint, 0),
            ScenarioTarget.AtMost("floors broken: none", outcome.FloorsBroken, 0),
            ScenarioTarget.AtMost("turns of the cap in five minutes, one down and one up", outcome.Extra["turns"], 2),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record) => new Dictionary<string, double>
    {
        ["settled"] = record.MeanLoad(Begins + TimeSpan.FromSeconds(10), Begins + TimeSpan.FromMinutes(5)) / Rating.Value,
        ["turns"] = record.Turns(Begins + TimeSpan.FromSeconds(1), Begins + TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1), 0.02 * Rating.Value),
    };

    private TwinJob Job(string name, WorkloadClass work, FlexClass flex) =>
        Equipment.H100(name, work, flex, at => Watts.FromWatts(at >= Begins && at < Begins + TimeSpan.FromMinutes(5) ? 665 : 340));
}
