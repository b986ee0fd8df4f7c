using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>Trays of a liquid-cooled rack leak, one after another; a first reading is false.</summary>
public sealed class Leak : Scenario
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(400);

    /// <inheritdoc/>
    public override string Name => "leak";

    /// <inheritdoc/>
    public override string About => "A leak sensor of bad quality cries, then one tray of an NVL72 leaks, and seven minutes later a second one; another rack stands by.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromMinutes(20);

    /// <inheritdoc/>
    public override TimeSpan Step => TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = new TwinHall();
        hall.Domains.Add(new TwinDomain("feed", -1, Watts.FromWatts(300_000)));
        hall.Loops.Add(new TwinLoop("cdu", Celsius.FromDegrees(35)));
        for (var rack = 0; rack < 2; rack++)
        {
            hall.Domains.Add(new TwinDomain($"nvl72-{rack + 1}", 0, Watts.FromWatts(132_000)));
            for (var tray = 0; tray < 18; tray++)
                hall.Racks.Add(new TwinRack($"nvl72-{rack + 1}-tray-{tray + 1:00}", rack + 1, 0, 4, Watts.FromWatts(1200)));
        }
        // Sixteen jobs of a tray each; two trays are spare.
        for (var tray = 0; tray < 16; tray++)
        {
            hall.Jobs.Add(Equipment.Gb200($"job-{tray + 1:00}", WorkloadClass.Decode, FlexClass.Flex2, _ => Watts.FromWatts(900), TimeSpan.FromMinutes(1)).On(tray, 4));
        }
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (IsAt(hall, Begins - TimeSpan.FromSeconds(30)))
            signal(TwinSignal.UntrustedLeak, 5);
        if (IsAt(hall, Begins))
            signal(TwinSignal.Leak, 2);
        if (IsAt(hall, Begins + Second))
            signal(TwinSignal.Leak, 7);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return
        [
            ScenarioTarget.Exactly("trays off before the second leak: the leaking one alone", outcome.Extra["trays off before the second"], 1),
            ScenarioTarget.Exactly("trays off at the end: the whole rack", outcome.Extra["trays off"], 18),
            ScenarioTarget.AtMost("trays of the other rack off: none", outcome.Extra["others off"], 0),
            ScenarioTarget.AtLeast("jobs at work at the end", outcome.Extra["jobs at work"], 16),
            ScenarioTarget.AtMost("GPU-hours lost, at most a minute of 68 GPUs: 1.14", outcome.GpuHoursLost, 1.14),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record) => new Dictionary<string, double>
    {
        ["trays off before the second"] = hall.Racks.Count(rack => rack.OffSince < Begins + Second),
        ["trays off"] = hall.Racks.Take(18).Count(rack => rack.IsOff),
        ["others off"] = hall.Racks.Skip(18).Count(rack => rack.IsOff),
        ["jobs at work"] = hall.Jobs.Count(job => job.Speed > 0),
    };
}
