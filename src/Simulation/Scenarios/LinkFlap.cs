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
        var hall = new TwinHall { Slowdown = Celsius.FromDegrees(87), Die = Facility.ThermalMass.HeatSink };
        hall.Domains.Add(new TwinDomain("feed", -1, Watts.FromWatts(200_000)));
        hall.Loops.Add(new TwinLoop("air", Celsius.FromDegrees(24)));
        hall.Links.Add(new TwinLink("leaf-1 uplink"));
        for (var rack = 0; rack < 4; rack++)
            hall.Racks.Add(new TwinRack($"rack-{rack + 1}", 0, 0, 32, Watts.FromWatts(4 * 2800)));
        hall.Jobs.Add(Job("crossing", 0).On(0, 32).On(1, 32));
        hall.Jobs.Add(Job("inside", -1).On(2, 32));
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

    private static TwinJob Job(string name, int link) => new(name, CapCurves.Find("A100-SXM4-400W", WorkloadClass.Training)!, FlexClass.Flex3)
    {
        Demand = _ => Watts.FromWatts(650),
        LeastCap = Watts.FromWatts(200),
        Link = link,
    };
}
