using System.Collections.Immutable;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Facility.Policies;

/// <summary>A power policy as GPUs feel it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Percents">The power limit of every model of the catalogue, in percent of the model's default limit.</param>
public sealed record GpuPolicy(string Name, ImmutableSortedDictionary<string, int> Percents)
{
    /// <summary>
    /// The policies that need no declaration: <c>maxp</c>, the default limits, and <c>maxq</c>, each model's
    /// <see cref="EfficiencyPoint"/>. The names are those of NVIDIA's bundles.
    /// </summary>
    /// <param name="catalogue">Known GPU models.</param>
    public static IReadOnlyList<GpuPolicy> BuiltIn(HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        return [Of("maxp", catalogue, _ => 100), Of("maxq", catalogue, model => EfficiencyPoint.Of(model).Percent)];
    }

    /// <summary>A declared policy. Watts are rounded down to whole percents, so that no limit is exceeded.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="spec">What was declared; checked already.</param>
    /// <param name="catalogue">Known hardware.</param>
    public static GpuPolicy Of(string name, PowerPolicySpec spec, HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(catalogue);
        return Of(name, catalogue, model =>
        {
            var entry = spec.Gpus.FirstOrDefault(gpu => gpu.Model == model.Name);
            var percent = entry?.Percent ?? Of(model, entry?.Limit?.Value) ?? Math.Max(spec.Percent, Lowest(model));
            foreach (var node in spec.Nodes)
            {
                if (catalogue.Node(node.Type) is { } type && type.Gpu == model.Name)
                    percent = Math.Min(percent, Of(model, (node.Limit.Value - type.BaseWatts.Value) / type.Gpus.Value)!.Value);
            }
            return percent;
        });
    }

    /// <summary>The policies that a factory declares.</summary>
    /// <param name="factory">The factory.</param>
    /// <param name="catalogue">Known hardware.</param>
    public static IEnumerable<GpuPolicy> DeclaredIn(FactoryModel factory, HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return factory.Of<PowerPolicySpec>().Select(policy => Of(policy.Name, policy.Spec, catalogue));
    }

    private static GpuPolicy Of(string name, HardwareCatalogue catalogue, Func<GpuModel, int> percent) => new(
        name, catalogue.Gpus.ToImmutableSortedDictionary(model => model.Name, percent, StringComparer.Ordinal));

    private static int? Of(GpuModel model, double? watts) => watts is { } limit
        ? (int)Math.Clamp(Math.Floor(limit * 100 / model.LimitWatts.Value), 1, 100)
        : null;

    private static int Lowest(GpuModel model) => (int)Math.Ceiling((model.MinimumLimitWatts?.Value ?? 0) * 100 / model.LimitWatts.Value);
}
