using System.Globalization;
using ControlPlane.Domain.Manifests;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Planning.Capacity;

/// <summary>Demand whose rate and context come from a trace, as if they had been written down.</summary>
internal sealed class TraceDemands(PlanFiles files, List<ManifestError> errors)
{
    /// <summary>What was read off traces, in words, by the demand's name.</summary>
    public SortedDictionary<string, string> Lines { get; } = new(StringComparer.Ordinal);

    /// <summary>The demand with context and rate; null when something is wrong with it.</summary>
    public ServingDemandSpec? Resolve(ServingDemandSpec demand, Manifest manifest)
    {
        if (demand.Trace is not { } name)
        {
            if (demand.Scale is not null)
                errors.Add(manifest.Error("spec.scale", "scales a trace, and none is named", "give trace, or leave scale out"));
            if (demand.Context is not null)
                return demand;
            errors.Add(manifest.Error("spec.context", "is missing", "give the longest context in tokens, or a trace"));
            return null;
        }
        if (demand.Scale is null)
            errors.Add(manifest.Error("spec.scale", "is missing", "say how many requests come for each of the trace's"));
        if (demand.TokensPerSecond is not null || demand.ByQuarter.Count > 0)
            errors.Add(manifest.Error("spec.trace", "is given beside tokensPerSecond or byQuarter", "give one of them"));
        var read = files.Read(manifest, "spec.trace", name, (reader, file) => TraceDemand.Of(LlmTrace.Read(reader, file)));
        if (read is null || demand.Scale is not { } scale)
            return null;
        var context = demand.Context ?? read.LongContext;
        Lines[manifest.Name] = string.Create(CultureInfo.InvariantCulture,
            $"{name}: {read.Requests} requests in {read.Seconds:0} s, {read.MeanTokensPerSecond:0.#} generated tokens/s, {read.PeakTokensPerSecond:0.#} in the busiest minute ({read.PeakToMean:0.##} times the mean), each {scale} times; tokens of a request: half up to {read.MedianContext}, 99 of 100 up to {read.LongContext}, longest {read.LongestContext}; {read.ShareAbove(context) * 100:0.##} % are longer than the context of {context} that is planned for");
        return demand with { Context = context, TokensPerSecond = (long)Math.Ceiling(scale * read.PeakTokensPerSecond) };
    }
}
