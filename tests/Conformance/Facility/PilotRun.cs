using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Conformance.Tests.Physics;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Facility.Conversion;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>
/// More racks inside the power that fewer drew unmanaged. Half of each rack serves a job that draws little, half one that
/// draws much; draws swing with demand, so the managed racks are steered every second against the meter.
/// </summary>
internal sealed class PilotRun : IFacilityRun
{
    private const int GpusPerRack = 72;
    private const int Seconds = 600;
    private static readonly Watts LeastCap = Watts.FromWatts(100);
    private static readonly Watts MostCap = Watts.FromWatts(400);
    private static readonly FlexClass AnySpeed = new("any speed", 0);

    private readonly int _before;
    private readonly int _after;
    private (double Tokens, Watts Peak) _baseline;

    public PilotRun(CaseInputs given)
    {
        given.Remark("envelope", "jobs", "demand");
        if (given.Node("jobs") is JsonArray { Count: < 2 })
            throw new CaseException("a pilot needs two jobs");
        (_before, _after) = (given.Count("racks_baseline"), given.Count("racks_managed"));
    }

    public Facts Do(string operation, CaseInputs step)
    {
        switch (operation)
        {
            case "baseline":
                var samples = Enumerable.Range(0, Seconds).Select(second => Unmanaged(_before, second)).ToList();
                _baseline = (samples.Average(one => one.Tokens), Watts.FromWatts(samples.Max(one => one.Meter.Value)));
                return new Facts { ["record"] = new object?[] { "aggregate tokens/s", "facility power 1 s samples" }, ["tokens_per_s"] = _baseline.Tokens };
            case "managed":
                return Managed();
            default:
                throw new CaseException($"the operation '{operation}' is not known");
        }
    }

    private Facts Managed()
    {
        var samples = Enumerable.Range(0, Seconds).Select(second => Steered(_after, second, _baseline.Peak)).ToList();
        var tokens = samples.Average(one => one.Tokens);
        var most = _after / (double)_before;
        return new Facts
        {
            ["samples_over_envelope"] = samples.Count(one => one.Meter > _baseline.Peak),
            ["aggregate_tokens_per_s"] = (InWords)(words => words == "> baseline" && tokens > _baseline.Tokens ? null : $"it is {tokens / _baseline.Tokens:0.000} of the baseline"),
            ["upper_reference"] = (InWords)(words => words == $"{_after}/{_before} of baseline" && tokens <= most * _baseline.Tokens ? null : $"it is {tokens / _baseline.Tokens:0.000} of the baseline"),
        };
    }

    private static List<CappableLoad> Jobs(int racks, int second)
    {
        var gpus = racks * GpusPerRack / 2;
        var curve = CapCurves.Find("A100-SXM4-400W", WorkloadClass.Decode)!;
        var swing = 1 + 0.05 * Math.Sin(second * 2 * Math.PI / 60);
        return
        [
            new("low", gpus, curve, Watts.FromWatts(180 * swing), LeastCap, MostCap, AnySpeed, 300),
            new("high", gpus, curve, Watts.FromWatts(370 * swing), LeastCap, MostCap, AnySpeed, 900),
        ];
    }

    private static (double Tokens, Watts Meter) Unmanaged(int racks, int second) => Under(Jobs(racks, second), [MostCap, MostCap]);

    private static (double Tokens, Watts Meter) Steered(int racks, int second, Watts envelope)
    {
        var jobs = Jobs(racks, second);
        var plan = CapPlanner.Plan(jobs, [new Envelope("racks", [0, 1], envelope * (1 / PowerUsage.DirectLiquid.Ratio(Watts.Zero)))], ShedOrder.LeastLossFirst);
        return plan.IsMet ? Under(jobs, plan.Caps) : throw new CaseException("the envelope does not carry the lowest limits");
    }

    private static (double Tokens, Watts Meter) Under(List<CappableLoad> jobs, IReadOnlyList<Watts> caps)
    {
        var results = jobs.Zip(caps, (job, cap) => (Tokens: job.Under(cap).Throughput * job.Weight * job.Gpus, Draw: job.DrawUnder(cap))).ToList();
        return (results.Sum(one => one.Tokens), PowerUsage.DirectLiquid.AtMeter(results.Aggregate(Watts.Zero, (sum, one) => sum + one.Draw)));
    }
}
