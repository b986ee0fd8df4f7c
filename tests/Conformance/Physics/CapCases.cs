using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F05: what a power cap costs and saves.</summary>
internal static class CapCases
{
    private static readonly string[] Cap = ["cap", "power_cap"];
    private static readonly string[] Draw = ["draw", "uncapped_draw", "measured_draw"];
    private static readonly string[] Least = ["min_limit", "min_cap", "min", "floor", "power_limit_min"];

    public static object? Answer(string expectation, CaseInputs inputs)
    {
        inputs.Remark("tdp_w", "tdp", "method", "unit");
        if (expectation.Contains("naive", StringComparison.Ordinal))
            return Math.Max(0, inputs.Quantity("tdp") - inputs.Quantity(Cap)) / (UnitSuffix.Split(expectation)?.Scale ?? 1);
        return expectation switch
        {
            "normalized_throughput" or "throughput" or "perf" or "performance" => Point(inputs).Throughput,
            "throughput_loss" or "performance_loss" => 1 - Point(inputs).Throughput,
            "power_per_gpu" or "power" or "p" or "draw" => Point(inputs).Draw.Value,
            "power_ratio" or "power_fraction" => Point(inputs).Draw / Uncapped(inputs),
            "power_saved" or "saved" or "shed" or "power_saved_per_gpu" => Saved(inputs).Value,
            "power_saved_fraction" or "power_reduction" => Saved(inputs) / Uncapped(inputs),
            "effective_cap" or "enforced_cap" => Enforced(inputs).Value,
            "cap" => Wanted(inputs).Value,
            "time_ratio" or "slowdown" => Point(inputs).TimeRatio,
            "energy_ratio" => Point(inputs).TimeRatio * (Point(inputs).Draw / Uncapped(inputs)),
            "throughput_per_watt_ratio" or "efficiency_ratio" => Point(inputs).Throughput / (Point(inputs).Draw / Uncapped(inputs)),
            "binds" or "binding" => Point(inputs).Throughput < 1,
            _ => throw new UnknownExpectationException(expectation),
        };
    }

    private static Watts Uncapped(CaseInputs inputs) => inputs.WattsOrNone(Draw) ?? Curve(inputs)!.UncappedDraw;

    private static Watts Saved(CaseInputs inputs) =>
        inputs.Has(Draw) ? ShedOf(inputs) : Uncapped(inputs) - Point(inputs).Draw;

    // Of a measured draw, whatever GPU and phase drew it.
    private static Watts ShedOf(CaseInputs inputs)
    {
        inputs.Remark("gpu", "phase", "workload");
        return GpuDraw.Shed(inputs.Watts(Draw), inputs.Watts(Cap), LeastCap(inputs));
    }

    private static Watts LeastCap(CaseInputs inputs) => inputs.WattsOrNone(Least) ?? Watts.Zero;

    private static Watts Enforced(CaseInputs inputs)
    {
        var (cap, least) = (inputs.Watts(Cap), LeastCap(inputs));
        return cap > least ? cap : least;
    }

    private static CapPoint Point(CaseInputs inputs)
    {
        var cap = inputs.Has(Cap) ? Enforced(inputs) : Wanted(inputs);
        var curve = Curve(inputs);
        if (inputs.WattsOrNone(Draw) is not { } draw)
            return (curve ?? throw new CaseException("nothing is known of this GPU and workload")).Under(cap);
        if (cap >= draw)
            return new CapPoint(1, draw);
        return (curve ?? throw new CaseException("nothing is known of this GPU and workload under a cap that binds")).Under(cap, draw);
    }

    // The cap for a draw, a share of the uncapped draw, or a share of the throughput.
    private static Watts Wanted(CaseInputs inputs)
    {
        var curve = Curve(inputs) ?? throw new CaseException("nothing is known of this GPU and workload");
        if (inputs.WattsOrNone("power_target", "target_power", "target") is { } draw)
            return curve.CapFor(draw);
        if (inputs.QuantityOrNone("power_reduction", "reduction", "power_cut", "cut") is { } less)
            return curve.CapFor(curve.UncappedDraw * (1 - less));
        if (inputs.QuantityOrNone("power_target_fraction", "power_fraction", "target_fraction") is { } share)
            return curve.CapFor(curve.UncappedDraw * share);
        return curve.CapKeeping(inputs.Plain("throughput_target", "throughput_floor", "target_throughput", "min_throughput", "normalized_throughput"));
    }

    private static CapCurve? Curve(CaseInputs inputs)
    {
        var gpu = inputs.TextOrNone("gpu", "device") ?? "A100-SXM4-400W";
        if (inputs.TextOrNone("workload") is not { } workload)
            return inputs.TextOrNone("phase", "class", "workload_class") is { } phase ? CapCurves.Find(gpu, Class(phase)) ?? CapCurves.Find("A100-SXM4-400W", Class(phase)) : null;
        inputs.Remark("phase", "class");
        return StatedCurve(inputs, gpu, workload) ?? CapCurves.Find(gpu, workload) ?? throw new CaseException($"the workload '{workload}' on '{gpu}' is not known");
    }

    // The file's own table, so that a changed one is followed.
    private static CapCurve? StatedCurve(CaseInputs inputs, string gpu, string workload)
    {
        if (gpu.StartsWith("A100", StringComparison.Ordinal) && inputs.Stated("parameters", "a100_400w_emerald", workload) is JsonArray rows)
            return new CapCurve(gpu, workload, WorkloadClass.Training, [.. rows.Select(row => Triple(row!)).Select(row => (row[0], row[1], row[2]))], "the case file");
        if (gpu.StartsWith("V100", StringComparison.Ordinal) && inputs.Stated("parameters", "v100_250w_bert_b32") is JsonArray times)
            return new CapCurve(gpu, workload, WorkloadClass.Training, [.. times.Select(row => Triple(row!)).Select(row => (row[0], 1 / row[1], row[2]))], "the case file");
        return null;
    }

    private static IReadOnlyList<double> Triple(JsonNode row) => CaseInputs.Numbers(row, "table");

    private static WorkloadClass Class(string phase) => phase switch
    {
        "training" or "train" or "pretrain" or "pre-training" => WorkloadClass.Training,
        "fine-tuning" or "finetune" or "ft" => WorkloadClass.FineTuning,
        "prefill" => WorkloadClass.Prefill,
        "decode" or "inference" => WorkloadClass.Decode,
        _ => throw new CaseException($"the phase '{phase}' is not known"),
    };
}
