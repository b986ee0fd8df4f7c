using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Gpus;

/// <summary>
/// Speed of a class of work under a power limit on a GPU model of the catalogue. Few sweeps are published: where a model has
/// none of its own for the class, that of the A100 stands for it in proportion to the default limits, for models of the
/// same vendor only. Work of no known class counts as training, which loses most.
/// </summary>
public static class ModelCurves
{
    private const string Reference = "A100-SXM4-400W";

    /// <summary>What the sources call models of the catalogue.</summary>
    private static readonly Dictionary<string, string> Measured = new(StringComparer.Ordinal)
    {
        ["A100-SXM4-40GB"] = Reference,
        ["A100-SXM4-80GB"] = Reference,
        ["H200-SXM-141GB"] = "H200",
        ["V100-SXM2-32GB"] = "V100-250W",
    };

    /// <summary>The curve that stands for the model, or null when nothing is known that could.</summary>
    /// <param name="model">The GPU model.</param>
    /// <param name="workload">The class of work.</param>
    public static CapCurve? Of(GpuModel model, WorkloadClass workload)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Measured.TryGetValue(model.Name, out var name) && CapCurves.Find(name, workload) is { } own)
            return own;
        return model.Vendor == "NVIDIA" ? CapCurves.Find(Reference, workload) : null;
    }

    /// <summary>True when the curve was measured on the model itself.</summary>
    public static bool IsOf(CapCurve curve, GpuModel model)
    {
        ArgumentNullException.ThrowIfNull(curve);
        ArgumentNullException.ThrowIfNull(model);
        return Measured.TryGetValue(model.Name, out var name) && name == curve.Gpu;
    }

    /// <summary>The class of work that a job states.</summary>
    /// <param name="name">training, prefill, decode or other.</param>
    public static WorkloadClass ClassOf(string name) => name switch
    {
        "prefill" => WorkloadClass.Prefill,
        "decode" => WorkloadClass.Decode,
        _ => WorkloadClass.Training,
    };

    /// <summary>Speed over full speed at a power limit, 0 to 1; null when nothing is known.</summary>
    /// <param name="model">The GPU model.</param>
    /// <param name="workload">The class of work.</param>
    /// <param name="limit">The power limit, above 0.</param>
    public static double? Speed(GpuModel model, WorkloadClass workload, Watts limit)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (limit.Value >= model.LimitWatts.Value)
            return 1;
        // In proportion: what matters is the share of the limit that is left.
        return Of(model, workload) is { } curve ? curve.Under(curve.HighestCap * (limit.Value / model.LimitWatts.Value)).Throughput : null;
    }
}
