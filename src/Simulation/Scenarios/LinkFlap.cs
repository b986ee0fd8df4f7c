using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>An uplink goes down and comes back, again and again; collectives give up once it was down for seven seconds in all.</summary>
public sealed class LinkFlap : Scenario
{
    /// <inheritdoc/>
    public override string Name => "link-flap";

    /// <inheritdoc/>
    public override string About => "A leaf's uplink is down for 0.8 s once a minute; a gang of 64 crosses it, another does not.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromMinutes(30);

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = Equipment.AirCooled();
        hall.Domains.Add(new TwinDomain("feed", -1, Watts.FromWatts(200_000)));
        hall.Links.Add(new TwinLink("leaf-1 uplink"));
        for (var rack = 0; rack < 4; rack++)
            hall.Racks.Add(Equipment.DgxRack($"rack-{rack + 1}", 0));
        hall.Jobs.Add(Equipment.H100("crossing", WorkloadClass.Training, FlexClass.Flex3).On(0, 32).On(1, 32));
        hall.Jobs[0].Link = 0;
        hall.Jobs.Add(Equipment.H100("inside", WorkloadClass.Training, FlexClass.Flex3).On(2, 32));
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        ArgumentNullException.ThrowIfNull(hall);
        ArgumentNullException.ThrowIfNull(signal);
        var since = (hall.Now - Begins).TotalSeconds;
        var down = since >= 0 && since % 60 < 0.8;
        if (down == hall.Links[0].IsDown)
            return;
        hall.Links[0].Set(down);
        signal(TwinSignal.LinkChanged, 0);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return
        [
            ScenarioTarget.AtMost("jobs that lost work: none", outcome.KilledWithoutCheckpoint, 0),
            ScenarioTarget.AtLeast("jobs at work at the end", outcome.Extra["jobs at work"], 2),
            ScenarioTarget.AtLeast("speed of the job that does not cross it, untouched", outcome.Extra["speed of inside"], 0.9999),
            ScenarioTarget.AtLeast("the job that crosses it is named, and why", outcome.Events.Count(line => line.Contains("crossing crosses it", StringComparison.Ordinal)), 1),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record) => new Dictionary<string, double>
    {
        ["jobs at work"] = hall.Jobs.Count(job => job.Speed > 0),
        ["speed of inside"] = record.SpeedOf(hall.Jobs[1]),
    };
}
