using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Conformance.Tests.Physics;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Caps;
using ControlPlane.Facility.Conversion;
using ControlPlane.Facility.Gpus;

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

    private static List<SteeredJob> Jobs(int racks, int second)
    {
        var gpus = racks * GpusPerRack / 2;
        var curve = CapCurves.Find("A100-SXM4-400W", WorkloadClass.Decode)!;
        var swing = 1 + 0.05 * Math.Sin(second * 2 * Math.PI / 60);
        return
        [
            new("low", gpus, curve, Watts.FromWatts(180 * swing), 300, LeastCap),
            new("high", gpus, curve, Watts.FromWatts(370 * swing), 900, LeastCap),
        ];
    }

    private static (double Tokens, Watts Meter) Unmanaged(int racks, int second) => Under(Jobs(racks, second), [.. Jobs(racks, second).Select(job => job.Draw)]);

    private static (double Tokens, Watts Meter) Steered(int racks, int second, Watts envelope)
    {
        var jobs = Jobs(racks, second);
        var caps = PowerSteering.Divide(jobs, envelope * (1 / PowerUsage.DirectLiquid.Ratio(Watts.Zero))) ?? throw new CaseException("the envelope does not carry the lowest limits");
        return Under(jobs, caps);
    }

    private static (double Tokens, Watts Meter) Under(List<SteeredJob> jobs, IReadOnlyList<Watts> caps)
    {
        var results = jobs.Zip(caps, (job, cap) => job.Under(cap)).ToList();
        return (results.Sum(one => one.TokensPerSecond), PowerUsage.DirectLiquid.AtMeter(results.Aggregate(Watts.Zero, (sum, one) => sum + one.Draw)));
    }
}
