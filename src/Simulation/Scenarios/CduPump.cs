using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>A coolant unit's pump fails and no standby starts: dies keep their heat.</summary>
public sealed class CduPump : Scenario
{
    /// <inheritdoc/>
    public override string Name => "cdu-pump";

    /// <inheritdoc/>
    public override string About => "The pump of the unit that cools two of four NVL72 racks fails for good; cold plates give no heat away. Another unit cools two idle racks.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromMinutes(6);

    /// <inheritdoc/>
    public override TimeSpan Step => TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public override TimeSpan Begins => TimeSpan.FromMinutes(3);

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = new TwinHall { Slowdown = Celsius.FromDegrees(90), Shutdown = Celsius.FromDegrees(95) };
        hall.Domains.Add(new TwinDomain("feed", -1, Watts.FromWatts(540_000)));
        hall.Loops.Add(new TwinLoop("cdu-1", Celsius.FromDegrees(40)));
        hall.Loops.Add(new TwinLoop("cdu-2", Celsius.FromDegrees(40)));
        for (var rack = 0; rack < 4; rack++)
            hall.Racks.Add(Equipment.Nvl72(rack + 1, 0, rack / 2));
        for (var rack = 0; rack < 2; rack++)
            hall.Jobs.Add(Equipment.Gb200($"train-{rack + 1}", WorkloadClass.Training, FlexClass.Flex3, _ => Equipment.Nvl72Gpu).On(rack, Equipment.Nvl72Gpus));
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        if (!IsAt(hall, Begins))
            return;
        hall.Loops[0].IsFlowLost = true;
        hall.Say("the pump of cdu-1 fails, and no standby starts");
        signal(TwinSignal.FlowLost, 0);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return
        [
            ScenarioTarget.AtMost("lowest caps in force inside 2 s", outcome.Extra["seconds to the lowest caps"], 2),
            ScenarioTarget.AtMost("highest die below slowdown at 90 C", outcome.HighestDie, 90),
            ScenarioTarget.AtMost("GPU-hours lost: none, work was saved in time", outcome.GpuHoursLost, 0),
            ScenarioTarget.AtLeast("jobs that work again, on the other unit", outcome.Extra["jobs at work at the end"], 2),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record) => new Dictionary<string, double>
    {
        ["seconds to the lowest caps"] = record.SecondsUntilBelow((4 * Equipment.Nvl72Trays.Value) + (2 * Equipment.Nvl72Gpus * 205)),
        ["jobs at work at the end"] = hall.Jobs.Count(job => job.Speed > 0),
    };
}
