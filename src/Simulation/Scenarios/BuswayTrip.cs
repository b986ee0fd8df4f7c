using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>The busway above one NVL72 rack trips: 72 GPUs are gone at once.</summary>
public sealed class BuswayTrip : Scenario
{
    /// <inheritdoc/>
    public override string Name => "busway-trip";

    /// <inheritdoc/>
    public override string About => "The busway of one of four NVL72 racks trips under a gang of 72; one rack stands by.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromMinutes(30);

    /// <inheritdoc/>
    public override TimeSpan Begins => TimeSpan.FromSeconds(927);

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = new TwinHall();
        hall.Domains.Add(new TwinDomain("feed", -1, Watts.FromWatts(480_000)));
        hall.Loops.Add(new TwinLoop("cdu", Celsius.FromDegrees(35)));
        for (var rack = 0; rack < 4; rack++)
        {
            hall.Domains.Add(new TwinDomain($"busway-{rack + 1}", 0, Watts.FromWatts(132_000)));
            hall.Racks.Add(Equipment.Nvl72(rack + 1, rack + 1));
            if (rack != 2)
                hall.Jobs.Add(Equipment.Gb200($"train-{rack + 1}", WorkloadClass.Training, FlexClass.Flex3, _ => Watts.FromWatts(1000)).On(rack, Equipment.Nvl72Gpus));
        }
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        if (!IsAt(hall, Begins))
            return;
        hall.Domains[1].IsDown = true;
        hall.Say("busway-1 trips");
        signal(TwinSignal.DomainDown, 1);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return
        [
            ScenarioTarget.Exactly("faults told: one, not 72", outcome.Extra["faults told"], 1),
            ScenarioTarget.Exactly("jobs hit: one", outcome.KilledWithoutCheckpoint, 1),
            ScenarioTarget.AtMost("GPU-hours lost, at most a checkpoint interval of 10 minutes: 12", outcome.GpuHoursLost, 12),
            ScenarioTarget.AtMost("seconds until the gang works again, at most 300", outcome.Extra["seconds until all work"], 300),
            ScenarioTarget.AtMost("highest load over limit of what still stands", outcome.HighestPeak, 1),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record) => new Dictionary<string, double>
    {
        ["faults told"] = hall.Events.Count(one => one.What.Contains("one fault", StringComparison.Ordinal)),
        ["seconds until all work"] = record.SecondsUntilAllWork,
    };
}
