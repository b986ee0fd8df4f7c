using ControlPlane.Domain.Units;
using ControlPlane.Facility.Cooling;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>Supply air grows eight kelvin warmer; some racks breathe their neighbours' exhaust, others are cool and half empty.</summary>
public sealed class HeatWave : Scenario
{
    private const double SupplyCelsius = 20;

    /// <inheritdoc/>
    public override string Name => "heat-wave";

    /// <inheritdoc/>
    public override string About => "Supply air rises by 8 C within 20 minutes in an air-cooled hall: three full racks stand in recirculated air, three half-empty ones do not.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromHours(4);

    /// <inheritdoc/>
    public override TimeSpan Step => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override LadderOptions Options => new() { Period = TimeSpan.FromSeconds(5), InletLimit = Celsius.FromDegrees(32), RisePerSecond = 0.002 };

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = Equipment.AirCooled();
        hall.Domains.Add(new TwinDomain("feed", -1, Watts.FromWatts(240_000)));
        // Three quarters of what a hot rack blows out returns to the cooling; the rest, and a little of the cool racks', does not.
        double[][] shares =
        [
            [0.12, 0.10, 0.03, 0.00, 0.00, 0.00], [0.10, 0.12, 0.10, 0.01, 0.00, 0.00], [0.03, 0.10, 0.12, 0.01, 0.01, 0.00],
            [0.00, 0.01, 0.01, 0.03, 0.01, 0.00], [0.00, 0.00, 0.01, 0.01, 0.03, 0.01], [0.00, 0.00, 0.00, 0.00, 0.01, 0.03],
        ];
        var flow = FluidFlow.FromCubicMetresPerSecond(2.2);
        hall.Loops[0] = new TwinLoop("air", Celsius.FromDegrees(SupplyCelsius)) { Recirculation = new Recirculation(shares, [flow, flow, flow, flow, flow, flow], Fluid.Air) };
        for (var rack = 0; rack < 6; rack++)
            hall.Racks.Add(Equipment.DgxRack($"rack-{rack + 1}", 0));
        for (var rack = 0; rack < 3; rack++)
        {
            hall.Jobs.Add(Equipment.H100($"train-{rack + 1}", WorkloadClass.Training, FlexClass.Flex3).On(rack, 16));
            hall.Jobs.Add(Equipment.H100($"infer-{rack + 1}", WorkloadClass.Decode, FlexClass.Flex2).On(rack, 16));
            hall.Jobs.Add(Equipment.H100($"serve-{rack + 1}", WorkloadClass.Decode, FlexClass.Flex1).On(rack + 3, 16));
        }
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        ArgumentNullException.ThrowIfNull(hall);
        var since = (hall.Now - Begins).TotalMinutes;
        hall.Loops[0].Supply = Celsius.FromDegrees(SupplyCelsius + Math.Clamp(since / 20 * 8, 0, 8));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(all);
        return
        [
            ScenarioTarget.AtMost("highest inlet, at most 32 C (ASHRAE A1)", outcome.HighestInlet, 32),
            ScenarioTarget.AtMost("devices that throttle themselves: none", outcome.Throttled, 0),
            ScenarioTarget.AtLeast("tokens over those of equal caps that keep the same inlets, more than 1", outcome.TokensPerProvisionedMegawatt / all["equal-caps"].TokensPerProvisionedMegawatt, 1.0001),
            ScenarioTarget.AtMost("GPU-hours lost: none", outcome.GpuHoursLost, 0),
            ScenarioTarget.AtMost("floors broken: none", outcome.FloorsBroken, 0),
        ];
    }
}
