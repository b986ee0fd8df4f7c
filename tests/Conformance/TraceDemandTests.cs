using System.IO.Compression;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Conformance.Tests;

/// <summary>What a planner reads off the Azure traces of 2023, against figures counted by another program.</summary>
public sealed class TraceDemandTests
{
    [SkippableTheory]
    [InlineData("conv", 19366, 1167.6155541644312, 1630.2333333333333, 1412, 4259, 14089, 0.14654549209955592)]
    [InlineData("code", 8819, 71.56569191161253, 370.5833333333333, 1493, 7462, 7841, 0.3817893185168386)]
    public void Rates_peak_and_contexts_are_those_of_the_trace(string name, int requests, double mean, double peak, int median, int most, int longest, double above)
    {
        var path = Path.Combine(SharedFolder.Find(), "traces", "azure-llm", $"AzureLLMInferenceTrace_{name}.csv.gz");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var demand = TraceDemand.Of(LlmTrace.Read(reader, name));
        Assert.Equal((requests, median, most, longest), (demand.Requests, demand.MedianContext, demand.LongContext, demand.LongestContext));
        Assert.Equal(mean, demand.MeanTokensPerSecond, 1e-3);
        Assert.Equal(peak, demand.PeakTokensPerSecond, 1e-9);
        Assert.Equal(above, demand.ShareAbove(2048), 1e-12);
    }
}
