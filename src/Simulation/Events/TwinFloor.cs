using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Conversion;
using ControlPlane.Facility.Policies;

namespace ControlPlane.Simulation.Events;

/// <summary>The hall that a run is about, and what the meter counts for each watt of its racks.</summary>
/// <param name="Layout">The hall.</param>
/// <param name="MeterRatio">By rack: the air's and the liquid's usual ratio by the share of heat that leaves by each.</param>
internal sealed record TwinFloor(HallLayout Layout, IReadOnlyList<double> MeterRatio)
{
    /// <summary>GPUs of most nodes: what a gang takes of a whole one.</summary>
    public int NodeGpus { get; } = Layout.Nodes.Where(node => node.Gpus > 0).GroupBy(node => node.Gpus)
        .OrderByDescending(size => size.Sum(node => node.Gpus)).ThenBy(size => size.Key).First().Key;

    /// <summary>The roots of the electrical tree, by index.</summary>
    public IReadOnlyList<int> Feeds { get; } = [.. Layout.PowerDomains.Select((domain, index) => (domain, index)).Where(one => one.domain.Parent < 0).Select(one => one.index)];

    /// <summary>The power policies that are declared.</summary>
    public IReadOnlyList<GpuPolicy> Policies { get; init; } = [];

    /// <summary>Reads the plan's hall.</summary>
    /// <exception cref="ArgumentException">The manifests are not sound, or the hall is not among them or has no GPUs.</exception>
    public static TwinFloor Of(TwinPlan plan)
    {
        var readings = plan.Manifests.Select((manifest, index) => ManifestReader.Read(manifest.ToJsonString(), $"manifests[{index}]")).ToList();
        var errors = readings.SelectMany(reading => reading.Errors).ToList();
        var factory = errors.Count > 0 ? null : FactoryModel.Empty.With(readings.SelectMany(reading => reading.Manifests), [], HardwareCatalogue.Default);
        errors.AddRange(factory?.Errors ?? []);
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        var layouts = factory!.Model!.Layouts;
        if (!layouts.TryGetValue(plan.Hall, out var layout))
            throw new ArgumentException($"There is no hall '{plan.Hall}' among the manifests; there is {string.Join(", ", layouts.Keys)}.");
        if (layout.GpuCount == 0)
            throw new ArgumentException($"Hall {plan.Hall} has no GPUs.");
        List<GpuPolicy> policies = [.. GpuPolicy.DeclaredIn(factory.Model, HardwareCatalogue.Default)];
        var liquid = layout.Racks.Select(rack => HardwareCatalogue.Default.Rack(rack.Type)?.LiquidShare.Value ?? 0);
        var ratios = liquid.Select(share => (share * PowerUsage.DirectLiquid.Ratio(Watts.Zero)) + ((1 - share) * PowerUsage.Air.Ratio(Watts.Zero)));
        return new TwinFloor(layout, [.. ratios]) { Policies = policies };
    }
}
