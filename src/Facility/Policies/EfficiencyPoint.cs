using ControlPlane.Domain.Catalogue;
using ControlPlane.Facility.Gpus;

namespace ControlPlane.Facility.Policies;

/// <summary>The power limit at which a GPU model does most for a watt: what the policy <c>maxq</c> gives it.</summary>
/// <param name="Percent">Of the model's default limit, 1 to 100.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record EfficiencyPoint(int Percent, string Source)
{
    /// <summary>
    /// The point of a model: the best of the limits that were measured in a sweep of its own, else what was published for
    /// it alone (the catalogue), else the A100's in proportion. Where nothing tells, it keeps its default limit.
    /// </summary>
    /// <param name="model">The GPU model.</param>
    public static EfficiencyPoint Of(GpuModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Own(model) is { } own)
            return new EfficiencyPoint(At(model, Best(own)), $"best measured of {own.Gpu}, {own.Workload}: {own.Source}");
        if (model.EfficientLimitWatts is { } published)
            return new EfficiencyPoint(At(model, published.Value / model.LimitWatts.Value), "catalogue: " + string.Join(", ", published.Sources));
        return ModelCurves.Of(model, WorkloadClass.Training) is { } curve
            ? new EfficiencyPoint(At(model, Best(curve)), $"in proportion to {curve.Gpu}, {curve.Workload}: {curve.Source}")
            : new EfficiencyPoint(100, "no curve is known: the default limit");
    }

    // A sweep of decode that binds nothing tells no optimum.
    private static CapCurve? Own(GpuModel model) => new[] { WorkloadClass.Training, WorkloadClass.FineTuning }
        .Select(workload => ModelCurves.Of(model, workload)).FirstOrDefault(curve => curve is not null && ModelCurves.IsOf(curve, model));

    // Share of the highest cap at which the most is done for each watt drawn; of equals the highest.
    private static double Best(CapCurve curve) => curve.Caps
        .OrderByDescending(cap => curve.Under(cap).Throughput / curve.Under(cap).Draw.Value).ThenByDescending(cap => cap).First() / curve.HighestCap;

    private static int At(GpuModel model, double share)
    {
        var least = Math.Ceiling((model.MinimumLimitWatts?.Value ?? 0) * 100 / model.LimitWatts.Value);
        return (int)Math.Clamp(Math.Floor(share * 100 + 1e-9), Math.Max(1, least), 100);
    }
}
