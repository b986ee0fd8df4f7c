using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Planning.Capacity;

/// <summary>Sums the tenants' demand by model and context, and finds how each rack type meets it.</summary>
internal sealed class NeedBuilder(
    IReadOnlyList<Manifest> manifests, IReadOnlyList<Quarter> quarters, IReadOnlyList<PlannedType> types, CapacityPlanSpec plan,
    HardwareCatalogue catalogue, string file, TraceDemands traces, DeviceCurves curves, List<ManifestError> errors)
{
    private List<ServingFigure> _own = [];

    public List<Need> Build()
    {
        _own = [.. Of<ThroughputSpec>().Select(one => curves.Resolve(one.Spec, one.Manifest)).OfType<ServingFigure>()];
        CheckFigures();
        var needs = new List<Need>();
        var serving = Of<ServingDemandSpec>().Select(one => (Spec: traces.Resolve(one.Spec, one.Manifest), one.Manifest)).Where(one => one.Spec is not null).ToList()
            .Select(one => (Spec: one.Spec!, one.Manifest)).GroupBy(one => (one.Spec.Model, Context: one.Spec.Context!.Value)).OrderBy(group => group.Key.Model, StringComparer.Ordinal).ThenBy(group => group.Key.Context);
        foreach (var group in serving)
        {
            var amounts = Sum(group.Select(one => Amounts(one.Manifest, one.Spec.TokensPerSecond, "tokensPerSecond", one.Spec.GrowthPercent, one.Spec.ByQuarter)));
            List<Way?> ways = [.. types.Select(type => WayOf(type, group.Key.Model, group.Key.Context))];
            if (ways.TrueForAll(way => way is null))
            {
                var known = _own.Concat(Published).Select(figure => figure.Spec).Select(figure => $"{figure.Model} at {figure.Context} on {figure.RackType}");
                errors.Add(group.First().Manifest.Error(
                    "spec.model", $"no rack type on offer has tokens/s for '{group.Key.Model}' at a context of {group.Key.Context}",
                    "give a Throughput with its source; known are: " + string.Join(", ", known)));
            }
            needs.Add(new Need($"{group.Key.Model} at {group.Key.Context}", group.Key.Model, group.Key.Context, amounts, ways));
        }
        if (Of<TrainingDemandSpec>().Any() && Training() is { } training)
            needs.Add(training);
        if (needs.Count == 0 && errors.Count == 0)
            errors.Add(new ManifestError(file, 0, 0, "", "nothing is asked for", "give a ServingDemand or a TrainingDemand"));
        return needs;
    }

    private static IEnumerable<ServingFigure> Published => PublishedThroughput.All.Select(figure => new ServingFigure(figure, null, null));

    // A figure of the file goes before a published one; of those that hold for the context, the shortest is the least pessimistic.
    private Way? WayOf(PlannedType type, string model, int context)
    {
        ServingFigure? Of(IEnumerable<ServingFigure> figures) =>
            figures.Where(one => one.Spec.Model == model && one.Spec.RackType == type.Name && one.Spec.Context >= context).MinBy(one => one.Spec.Context);
        if ((Of(_own) ?? Of(Published)) is not { Spec: var figure } known)
            return null;
        var whole = figure.Gpus > type.GpusPerNode;
        var replicas = whole ? type.Gpus / figure.Gpus : type.GpusPerNode / figure.Gpus;
        return new Way(whole ? type.Nodes : 1, replicas, figure.Gpus, (long)replicas * figure.TokensPerSecond!.Value * plan.SustainedPercent / 100, figure.Source) { Curve = known.Curve };
    }

    private void CheckFigures()
    {
        foreach (var (figure, manifest, _) in _own)
        {
            var type = types.FirstOrDefault(one => one.Name == figure.RackType);
            if (type is null)
                errors.Add(manifest!.Error("spec.rackType", $"'{figure.RackType}' is not on offer", Choices.Among(figure.RackType, types.Select(one => one.Name))));
            else if (figure.Gpus > type.Gpus || (figure.Gpus > type.GpusPerNode && figure.Gpus % type.GpusPerNode != 0))
                errors.Add(manifest!.Error("spec.gpus", $"a replica on {figure.Gpus} GPUs is neither part of a node nor whole nodes of one rack", $"{type.Name} has {type.Nodes} nodes of {type.GpusPerNode} GPUs"));
            else if (_own.First(one => (one.Spec.Model, one.Spec.RackType, one.Spec.Context) == (figure.Model, figure.RackType, figure.Context)).Manifest != manifest)
                errors.Add(manifest!.Error("spec.context", "there is a figure for this model, rack type and context already", "give one"));
        }
    }

    private Need? Training()
    {
        var sums = new double[quarters.Count];
        foreach (var (spec, manifest) in Of<TrainingDemandSpec>())
        {
            if (catalogue.Gpu(spec.Gpu)?.Bf16DenseTeraflops is not { } rate)
            {
                errors.Add(manifest.Error("spec.gpu", $"the catalogue has no dense bf16 rate for '{spec.Gpu}'", Choices.Among(spec.Gpu, catalogue.Gpus.Where(gpu => gpu.Bf16DenseTeraflops is not null).Select(gpu => gpu.Name))));
                continue;
            }
            var hours = Amounts(manifest, spec.GpuHours, "gpuHours", spec.GrowthPercent, spec.ByQuarter);
            for (var quarter = 0; quarter < sums.Length; quarter++)
                sums[quarter] += hours[quarter] * rate.Value / quarters[quarter].Hours * 100 / plan.TrainingGoodputPercent;
        }
        List<Way?> ways = [.. types.Select(type => catalogue.Gpu(type.Gpu)!.Bf16DenseTeraflops is { } rate
            ? new Way(1, 1, type.GpusPerNode, (long)(type.GpusPerNode * rate.Value), $"catalogue, dense bf16 of {type.Gpu}: {string.Join(", ", rate.Sources)}")
            : null)];
        if (ways.TrueForAll(way => way is null))
            errors.Add(Of<TrainingDemandSpec>().First().Manifest.Error("spec", "no rack type on offer has GPUs with a known dense bf16 rate", "offer one that has"));
        return new Need("training", null, 0, [.. sums.Select(sum => (long)Math.Ceiling(sum))], ways);
    }

    private List<long> Amounts(Manifest manifest, long? first, string field, double growth, IReadOnlyList<long> byQuarter)
    {
        if ((first is null) == (byQuarter.Count == 0))
            errors.Add(manifest.Error("spec." + (first is null ? field : "byQuarter"), first is null ? "is missing" : "is given beside " + field, $"give {field} (with growthPercent), or byQuarter"));
        else if (byQuarter.Count > 0 && byQuarter.Count != quarters.Count)
            errors.Add(manifest.Error("spec.byQuarter", $"has {byQuarter.Count} entries, and the plan has {quarters.Count} quarters", "give one entry a quarter"));
        else if (byQuarter.Count > 0)
            return [.. byQuarter];
        else if (first * Math.Pow(1 + growth / 100, quarters.Count - 1) is var last && last > 1e12)
            errors.Add(manifest.Error("spec.growthPercent", $"the last quarter comes to {last:0}", "at most 1000000000000 is planned for"));
        else
            return [.. quarters.Select((_, index) => (long)Math.Ceiling(Math.Round(first!.Value * Math.Pow(1 + growth / 100, index), 6)))];
        return [.. quarters.Select(_ => 0L)];
    }

    private static List<long> Sum(IEnumerable<List<long>> series) =>
        series.Aggregate((left, right) => [.. left.Zip(right, (one, other) => one + other)]);

    private IEnumerable<(T Spec, Manifest Manifest)> Of<T>() =>
        manifests.Where(manifest => manifest.Spec is T).Select(manifest => ((T)manifest.Spec, manifest));
}
