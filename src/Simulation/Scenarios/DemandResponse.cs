using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>The grid asks for a quarter less for three hours: the field trial of May 2025 on 256 A100, with its jobs and its measured curves.</summary>
public sealed class DemandResponse : Scenario
{
    private const double Asked = 0.75;

    private static readonly TimeSpan Window = TimeSpan.FromHours(3);

    /// <inheritdoc/>
    public override string Name => "demand-response";

    /// <inheritdoc/>
    public override string About => "256 A100 of a field trial (Emerald AI, arXiv:2507.00909) keep 75 % of their power for three hours, with 10 minutes' notice.";

    /// <inheritdoc/>
    public override TimeSpan Length => Begins + Window + TimeSpan.FromMinutes(109);

    /// <inheritdoc/>
    public override TimeSpan Step => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override TimeSpan Begins => TimeSpan.FromMinutes(110);

    /// <inheritdoc/>
    public override LadderOptions Options => new()
    {
        CapAbove = 1,
        Aim = 0.998,
        ReleaseBelow = 0.997,
        RisePerSecond = 0.004,
        Order = ShedOrder.LeastLossFirst,
    };

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = new TwinHall { Slowdown = Celsius.FromDegrees(85), Shutdown = Celsius.FromDegrees(92), Die = Facility.ThermalMass.HeatSink };
        hall.Loops.Add(new TwinLoop("air", Celsius.FromDegrees(24)));
        // What the trial's jobs draw without a cap; GPU counts follow from total and per-GPU power of its sweeps.
        (string Name, int Gpus, FlexClass Flex)[] jobs =
        [
            ("ft_llama_8b_p3", 32, FlexClass.Flex2), ("infer_llama_8b_32g", 32, FlexClass.Flex3), ("infer_llama_8b_48g", 48, FlexClass.Flex1),
            ("infer_llama_8b_48g", 48, FlexClass.Flex2), ("pt_mpt_13b_sm", 48, FlexClass.Flex3), ("pt_mpt_7b_fast", 48, FlexClass.Flex3),
        ];
        var full = jobs.Sum(job => CapCurves.Find("A100-SXM4-400W", job.Name)!.UncappedDraw.Value * job.Gpus);
        hall.Domains.Add(new TwinDomain("meter", -1, Watts.FromWatts(full * 1.0001)));
        for (var index = 0; index < jobs.Length; index++)
        {
            hall.Racks.Add(new TwinRack($"pod-{index + 1}", 0, 0, jobs[index].Gpus, Watts.Zero));
            hall.Jobs.Add(new TwinJob($"{jobs[index].Name} ({jobs[index].Flex.Name})", CapCurves.Find("A100-SXM4-400W", jobs[index].Name)!, jobs[index].Flex)
            {
                Idle = Watts.FromWatts(67),
                LeastCap = Watts.FromWatts(100),
                MostCap = Watts.FromWatts(400),
                IsGang = jobs[index].Name.StartsWith("pt", StringComparison.Ordinal),
            }.On(index, jobs[index].Gpus));
        }
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        ArgumentNullException.ThrowIfNull(hall);
        if (IsAt(hall, Begins - TimeSpan.FromMinutes(10)))
        {
            hall.Domains[0].Announced = (Begins, Begins + Window, hall.Domains[0].Limit * Asked);
            hall.Say("a load target of 75 % is announced");
        }
        if (IsAt(hall, Begins))
        {
            hall.Domains[0].Limit = hall.Domains[0].Limit * Asked;
            hall.Say("the load target of 75 % is in force");
        }
        if (IsAt(hall, Begins + Window))
        {
            hall.Domains[0].Limit = hall.Domains[0].Limit * (1 / Asked);
            hall.Say("the load target has ended");
        }
    }

    /// <inheritdoc/>
    public override double OvershootOf(TwinHall hall) =>
        hall.Now > Begins + TimeSpan.FromMinutes(1) && hall.Now <= Begins + Window ? Math.Max(0, 1 - hall.Domains[0].LoadFraction) : 0;

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return
        [
            ScenarioTarget.AtLeast("minutes of 180 at or below the target", outcome.Extra["minutes kept"], 180),
            ScenarioTarget.AtMost("seconds of the window above the target: none", outcome.TimeToSafeSeconds ?? 1e9, 0),
            ScenarioTarget.AtMost("floors broken in the window: none", outcome.Extra["floors broken in the window"], 0),
            ScenarioTarget.AtMost("overshoot below the target, at most 3 %", outcome.Overshoot, 0.03),
            ScenarioTarget.AtLeast("weighted performance over the 400 minutes, at least 0.93 (the trial states 0.908)", outcome.Extra["performance of the trial"], 0.93),
            ScenarioTarget.AtMost("fastest rise at the meter in a second, at most 1 %", outcome.Extra["fastest rise"], 0.01),
            ScenarioTarget.AtMost("GPU-hours lost: none", outcome.GpuHoursLost, 0),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record)
    {
        var limit = hall.Domains[0].Limit.Value;
        var gpus = (double)hall.Jobs.Sum(job => job.Gpus);
        var windowSpeeds = hall.Jobs.Select(job => (Job: job, Speed: record.SpeedOf(job, Begins + TimeSpan.FromMinutes(1), Begins + Window))).ToList();
        return new Dictionary<string, double>
        {
            ["minutes kept"] = record.MinutesBelow(Begins, Begins + Window, limit * Asked),
            ["floors broken in the window"] = windowSpeeds.Count(one => one.Speed < one.Job.Flex.Floor - 1e-6),
            ["performance in the window"] = windowSpeeds.Sum(one => one.Speed * one.Job.Gpus) / gpus,
            ["performance of the trial"] = hall.Jobs.Sum(job => job.DoneSeconds / hall.Now.TotalSeconds * job.Gpus) / gpus,
            ["most in the window by caps alone"] = CapPlanner.Plan(
                [.. hall.Jobs.Select(job => new CappableLoad(job.Name, job.Gpus, job.Curve, job.Curve.UncappedDraw, job.LeastCap, job.MostCap, job.Flex))],
                [new Envelope("meter", [.. Enumerable.Range(0, hall.Jobs.Count)], Watts.FromWatts(limit * Asked))], ShedOrder.LeastLossFirst).Performance,
            ["mean share in the window"] = record.MeanLoad(Begins + TimeSpan.FromMinutes(1), Begins + Window) / limit,
            ["fastest rise"] = record.FastestRise(Begins) / limit,
        };
    }
}
