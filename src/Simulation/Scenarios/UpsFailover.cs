using ControlPlane.Domain.Units;
using ControlPlane.Facility.Feeds;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>Four UPS that are all used; one is lost, and the other three carry four thirds.</summary>
public sealed class UpsFailover : Scenario
{
    private static readonly Watts Each = Watts.FromWatts(300_000);

    /// <inheritdoc/>
    public override string Name => "ups-failover";

    /// <inheritdoc/>
    public override string About => "Four 300 kW UPS make three (4N/3): one is lost under 1,120 H100, and comes back after five minutes.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    public override LadderOptions Options => new() { Aim = 0.98, RisePerSecond = 0.005 };

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = Equipment.AirCooled();
        hall.Domains.Add(new TwinDomain("ups", -1, Each * 4) { Feeds = FeedGroup.FourToMakeThree(Each), Ups = UpsOverloadTable.Huawei2000To35C });
        for (var rack = 0; rack < 35; rack++)
            hall.Racks.Add(Equipment.DgxRack($"rack-{rack + 1:00}", 0));
        hall.Jobs.Add(Fill(hall, "pretrain", WorkloadClass.Training, FlexClass.Flex3, 0, 12));
        hall.Jobs.Add(Fill(hall, "batch-inference", WorkloadClass.Decode, FlexClass.Flex2, 12, 11));
        hall.Jobs.Add(Fill(hall, "chat", WorkloadClass.Decode, FlexClass.Flex1, 23, 8));
        hall.Jobs.Add(Fill(hall, "voice", WorkloadClass.Decode, FlexClass.Flex0, 31, 4));
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        if (IsAt(hall, Begins))
        {
            hall.Domains[0].Lose(1);
            hall.Say("one of four UPS is lost");
            signal(TwinSignal.FeedLost, 0);
        }
        if (IsAt(hall, Begins + TimeSpan.FromMinutes(5)) && !hall.Domains[0].IsDown)
        {
            hall.Domains[0].Restore();
            hall.Say("the UPS is back");
            signal(TwinSignal.FeedBack, 0);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return
        [
            ScenarioTarget.AtMost("survivors within their rating inside 1 s, with 3 s left by the UPS table", outcome.TimeToSafeSeconds ?? 1e9, 1),
            ScenarioTarget.AtMost("share of the UPS's overload time used, at most 0.5", outcome.UpsUsed, 0.5),
            ScenarioTarget.AtMost("GPU-hours lost: none", outcome.GpuHoursLost, 0),
            ScenarioTarget.AtMost("floors broken: none", outcome.FloorsBroken, 0),
            ScenarioTarget.AtLeast("speed of the least flexible class, untouched", outcome.Extra["speed of voice"], 0.9999),
            ScenarioTarget.AtMost("fastest rise at the meter in a second, at most 2 % of the limit", outcome.Extra["fastest rise"], 0.02),
            ScenarioTarget.AtLeast("speed at the end, all given back", outcome.Extra["speed at the end"], 0.99),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record) => new Dictionary<string, double>
    {
        ["speed of voice"] = record.SpeedOf(hall.Jobs[^1]),
        ["fastest rise"] = record.FastestRise(TimeSpan.FromSeconds(70)) / Each.Value / 4,
        ["speed at the end"] = hall.Jobs.Sum(job => job.Speed * job.Gpus) / hall.Jobs.Sum(job => job.Gpus),
    };

    private static TwinJob Fill(TwinHall hall, string name, WorkloadClass work, FlexClass flex, int first, int racks)
    {
        var job = Equipment.H100(name, work, flex);
        for (var rack = first; rack < first + racks; rack++)
            job.On(rack, hall.Racks[rack].Gpus);
        return job;
    }
}
