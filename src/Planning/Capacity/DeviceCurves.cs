using System.Globalization;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;
using ControlPlane.Facility.Gpus;

namespace ControlPlane.Planning.Capacity;

/// <summary>Tokens/s of a model on a rack type.</summary>
/// <param name="Spec">As if all of it had been written down.</param>
/// <param name="Manifest">Where it stands; null for a published one.</param>
/// <param name="Curve">Speed by power limit, where the device itself was measured under several; else the catalogue's stands for it.</param>
internal sealed record ServingFigure(ThroughputSpec Spec, Manifest? Manifest, CapCurve? Curve);

/// <summary>Figures whose tokens/s come from a device's curve.</summary>
/// <remarks>
/// A replica reads prompts and writes tokens in turns, so for each token made the device spends 1 / decode and, for so many
/// prompt tokens a token, their number / prefill. The rate is one over that sum; joules add up alike.
/// </remarks>
internal sealed class DeviceCurves(PlanFiles files, HardwareCatalogue catalogue, List<ManifestError> errors)
{
    /// <summary>The figure with its rate; null when something is wrong with it.</summary>
    public ServingFigure? Resolve(ThroughputSpec figure, Manifest manifest)
    {
        if (figure.Curve is not { } name)
            return Stated(figure, manifest);
        var flaws = errors.Count;
        if (figure.TokensPerSecond is not null)
            errors.Add(manifest.Error("spec.tokensPerSecond", "is given beside curve", "give one of them"));
        if (figure.Gpus != 1)
            errors.Add(manifest.Error("spec.gpus", $"a curve is of one device, and the replica has {figure.Gpus} GPUs", "give 1, or tokensPerSecond as measured on all of them"));
        var reading = files.Read(manifest, "spec.curve", name, (reader, file) => ManifestReader.Read(reader.ReadToEnd(), file, DeviceCurveSpec.Kinds));
        errors.AddRange(reading?.Errors ?? []);
        if (reading is null || errors.Count > flaws)
            return null;
        if (reading.Manifests is not [var found])
        {
            errors.Add(manifest.Error("spec.curve", $"'{name}' holds {reading.Manifests.Length} curves", "name a file with one"));
            return null;
        }
        return Measured(figure, manifest, name, (DeviceCurveSpec)found.Spec, found);
    }

    private ServingFigure? Stated(ThroughputSpec figure, Manifest manifest)
    {
        if (figure.Batch is not null || figure.PromptPerToken is not null)
            errors.Add(manifest.Error(figure.Batch is null ? "spec.promptPerToken" : "spec.batch", "says how a curve is read, and none is named", "give curve, or leave it out"));
        if (figure.TokensPerSecond is not null)
            return new ServingFigure(figure, manifest, null);
        errors.Add(manifest.Error("spec.tokensPerSecond", "is missing", "give the tokens/s of one replica, or a curve"));
        return null;
    }

    private ServingFigure? Measured(ThroughputSpec figure, Manifest manifest, string name, DeviceCurveSpec curve, Manifest found)
    {
        var gpu = catalogue.Rack(figure.RackType) is { } rack ? catalogue.Node(rack.Node)!.Gpu : null;
        if (gpu is not null && curve.Gpu != gpu)
        {
            errors.Add(found.Error("spec.gpu", curve.Gpu is null ? $"is missing: nothing says that a \"{curve.Device}\" is a {gpu}" : $"is {curve.Gpu}, and {figure.RackType} has {gpu}", $"name the curve of a {gpu}"));
            return null;
        }
        var decodes = curve.Points.Where(point => point.Phase == "decode" && point.Tokens >= figure.Context && (figure.Batch ?? point.Batch) == point.Batch).ToList();
        if (decodes.Count == 0)
        {
            var known = curve.Points.Where(point => point.Phase == "decode").Select(point => $"batch {point.Batch} at {point.Tokens}").Distinct();
            errors.Add(manifest.Error("spec.curve", $"'{name}' has no decode{(figure.Batch is { } asked ? $" of batch {asked}" : "")} at a context of {figure.Context} or more", "known are: " + string.Join(", ", known)));
            return null;
        }
        var ratio = figure.PromptPerToken ?? 1;
        if (ratio > 0 && !curve.Points.Any(point => point.Phase == "prefill"))
        {
            errors.Add(found.Error("spec.points", "has no prefill", "probe with a prompt, or say promptPerToken: 0 in the Throughput"));
            return null;
        }
        var tokens = decodes.Min(point => point.Tokens);
        var levels = Levels(curve, [.. decodes.Where(point => point.Tokens == tokens)], ratio);
        if (levels.Count == 0 || levels[^1].Rate < 1)
        {
            errors.Add(found.Error("spec.points", levels.Count == 0 ? "has no prefill at the highest limit of its decodes" : $"comes to {levels[^1].Rate.ToString("0.###", CultureInfo.InvariantCulture)} tokens/s", levels.Count == 0 ? "probe both at the same limits" : "plan with a device that makes one at least"));
            return null;
        }
        return new ServingFigure(
            figure with { TokensPerSecond = (int)Math.Min(levels[^1].Rate, 1e9), Source = $"{figure.Source}; {SourceOf(curve, name, levels[^1], tokens, ratio)}" }, manifest, CurveOf(curve, gpu, levels));
    }

    // By rising limit, of each batch that is possible the one that makes most at the highest.
    private static List<Level> Levels(DeviceCurveSpec curve, List<DeviceCurvePointSpec> decodes, double ratio)
    {
        var all = decodes.Select(decode => (decode, Prefill: PrefillFor(curve, decode))).Where(pair => ratio == 0 || pair.Prefill is not null)
            .Select(pair => new Level(
                pair.decode.Batch, pair.decode.Limit?.Value, 1 / ((1 / pair.decode.TokensPerSecond) + (ratio == 0 ? 0 : ratio / pair.Prefill!.TokensPerSecond)),
                ratio == 0 ? pair.decode.JoulesPerToken : pair.decode.JoulesPerToken + (ratio * pair.Prefill!.JoulesPerToken)))
            .ToList();
        var highest = decodes.Max(decode => decode.Limit?.Value);
        if (all.Where(level => level.Limit == highest).MaxBy(level => level.Rate) is not { } best)
            return [];
        return [.. all.Where(level => level.Batch == best.Batch).GroupBy(level => level.Limit).Select(group => group.MaxBy(level => level.Rate)!).OrderBy(level => level.Limit)];
    }

    private static DeviceCurvePointSpec? PrefillFor(DeviceCurveSpec curve, DeviceCurvePointSpec decode) =>
        curve.Points.Where(point => point.Phase == "prefill" && point.Limit?.Value == decode.Limit?.Value).MaxBy(point => point.Tokens);

    private static CapCurve? CurveOf(DeviceCurveSpec curve, string? gpu, List<Level> levels)
    {
        if (gpu is null || levels.Count < 2 || levels.Exists(level => level.Limit is null || level.Joules is not > 0))
            return null;
        var full = levels[^1].Rate;
        return new CapCurve(gpu, curve.Model, WorkloadClass.Decode, [.. levels.Select(level => (level.Limit!.Value, Math.Min(1, level.Rate / full), level.Rate * level.Joules!.Value))], $"probe of {curve.Device}");
    }

    private static string SourceOf(DeviceCurveSpec curve, string name, Level level, int tokens, double ratio) => string.Create(CultureInfo.InvariantCulture,
        $"{name}: {curve.Device} with the shape of {curve.Model}{(curve.MeasuredAt is { } at ? $" on {at:yyyy-MM-dd}" : "")}, batch {level.Batch} at {tokens} tokens, {ratio} prompt tokens a token{(level.Limit is { } limit ? $", {limit:0} W" : "")}{(level.Joules is { } joules ? $", {joules:0.####} J/token" : "")}");

    private sealed record Level(int Batch, double? Limit, double Rate, double? Joules);
}
