using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>Four managed racks inside what three unmanaged ones draw at most: two inference services whose draws rise and fall.</summary>
public sealed class FourRacksInThree : Scenario
{
    /// <inheritdoc/>
    public override string Name => "dps-four-racks-in-three";

    /// <inheritdoc/>
    public override string About => "Four NVL72 racks under a limit that is the measured peak of three; one service draws much, one little, and both vary.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromMinutes(61);

    /// <inheritdoc/>
    public override TimeSpan Step => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override LadderOptions Options => new() { CapAbove = 0.97, Aim = 0.985, ReleaseBelow = 0.94, Order = ShedOrder.LeastLossFirst, RisePerSecond = 0.02 };

    /// <inheritdoc/>
    public override TimeSpan Begins => TimeSpan.FromSeconds(15);

    /// <summary>What three of the racks draw at most without any control.</summary>
    public static double EnvelopeWatts { get; } = PeakOfThree();

    /// <inheritdoc/>
    public override TwinHall Build() => Hall(4, EnvelopeWatts);

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        // Work varies by itself.
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(all);
        return
        [
            ScenarioTarget.AtMost("seconds above the envelope: none", outcome.Extra["seconds above"], 0),
            ScenarioTarget.AtLeast("tokens over those of the racks that nameplates would allow, at least 1.33", outcome.Extra["tokens over nameplate"], 1.33),
            ScenarioTarget.AtLeast("tokens over those of three unmanaged racks, more than 1 (4/3 would be all)", outcome.Extra["tokens over three racks"], 1.001),
            ScenarioTarget.AtLeast("tokens over those of equal caps", outcome.TokensPerProvisionedMegawatt / all["equal-caps"].TokensPerProvisionedMegawatt, 1),
            ScenarioTarget.AtMost("floors broken: none", outcome.FloorsBroken, 0),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record) => new Dictionary<string, double>
    {
        ["seconds above"] = record.SecondsAbove(EnvelopeWatts),
        ["tokens over nameplate"] = hall.Jobs.Sum(job => job.DoneSeconds * job.Gpus) / (hall.Now.TotalSeconds * 72 * Math.Floor(EnvelopeWatts / ((Equipment.Nvl72Gpu * Equipment.Nvl72Gpus) + Equipment.Nvl72Trays).Value)),
        // Three unmanaged racks work at full speed all the time.
        ["tokens over three racks"] = hall.Jobs.Sum(job => job.DoneSeconds * job.Gpus) / (hall.Now.TotalSeconds * 3 * 72),
    };

    private static TwinHall Hall(int racks, double limit)
    {
        var hall = new TwinHall();
        hall.Domains.Add(new TwinDomain("envelope", -1, Watts.FromWatts(limit)));
        hall.Loops.Add(new TwinLoop("cdu", Celsius.FromDegrees(35)));
        for (var rack = 0; rack < racks; rack++)
        {
            hall.Racks.Add(Equipment.Nvl72(rack + 1, 0));
            hall.Jobs.Add(Service($"throughput-{rack + 1}", rack, 950, 150, 0.7 * rack).On(rack, 36));
            hall.Jobs.Add(Service($"latency-{rack + 1}", rack, 480, 120, 2 + (1.3 * rack)).On(rack, 36));
        }
        return hall;
    }

    // Draws follow the requests: two waves of different length and a ripple, each rack with its own phase.
    private static TwinJob Service(string name, int rack, double mean, double swing, double phase) =>
        Equipment.Gb200(name, WorkloadClass.Decode, FlexClass.Flex2, at => Watts.FromWatts(mean + (swing * ((0.6 * Math.Sin((at.TotalSeconds / 420) + phase)) + (0.4 * Math.Sin((at.TotalSeconds / 95) + (2 * phase) + rack))))));

    private static double PeakOfThree()
    {
        var hall = Hall(3, 1e9);
        hall.Settle();
        var peak = 0.0;
        for (var second = 0; second < 3660; second++)
        {
            hall.Step(TimeSpan.FromSeconds(1));
            peak = Math.Max(peak, hall.Domains[0].LoadWatts);
        }
        return peak;
    }
}
