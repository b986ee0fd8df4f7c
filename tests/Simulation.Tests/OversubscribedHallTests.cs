using System.IO.Compression;
using ControlPlane.Conformance.Tests;
using ControlPlane.Facility.Control;
using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Scenarios;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Simulation.Tests;

public sealed class OversubscribedHallTests
{
    [SkippableFact]
    public void Reaches_every_target_with_the_published_traces()
    {
        var traces = Path.Combine(SharedFolder.Find(), "traces");
        var load = new HallLoad(
            "traces", Packed(Path.Combine(traces, "azure-llm", "AzureLLMInferenceTrace_conv.csv.gz")),
            Packed(Path.Combine(traces, "azure-llm", "AzureLLMInferenceTrace_code.csv.gz")), Jobs(Path.Combine(traces, "philly", "philly_2869ce.csv")));
        var report = ScenarioRun.All(new OversubscribedHall(load));
        Assert.All(report.Targets, target => Assert.True(target.IsMet, $"{target.What}: {target.Measured}"));
        Assert.True(report.Outcomes["do-nothing"].Extra["seconds above"] > 0);
    }

    [Fact]
    public void Admits_no_more_than_the_ratio_that_is_set()
    {
        Assert.Equal(93, new OversubscribedHall(null, new Oversubscription { MostRatio = 1 }).Nodes);
        Assert.Equal(111, new OversubscribedHall(null, new Oversubscription { MostRatio = 1.2 }).Nodes);
    }

    [Theory]
    [InlineData("TIMESTAMP,ContextTokens\n", "llm.csv, line 1, field GeneratedTokens")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n", "llm.csv, line 2: at least one")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\nnow,1,2\n", "llm.csv, line 2, field TIMESTAMP")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,-1,2\n", "llm.csv, line 2, field ContextTokens")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1,2\n2023-11-16 18:15:45.9,1,2\n", "llm.csv, line 3, field TIMESTAMP: requests must stand")]
    public void Names_line_and_field_of_a_request_that_cannot_be_read(string content, string expected)
    {
        var fault = Assert.Throws<TraceFormatException>(() => LlmTrace.Read(new StringReader(content), "llm.csv"));
        Assert.StartsWith(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_are_told_from_the_first_on()
    {
        var requests = LlmTrace.Read(new StringReader("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109"), "llm.csv");
        Assert.Equal([new LlmRequest(TimeSpan.Zero, 374, 44), new LlmRequest(TimeSpan.FromTicks(43_145_790), 396, 109)], requests);
    }

    private static IReadOnlyList<LlmRequest> Packed(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return LlmTrace.Read(reader, file);
    }

    private static IReadOnlyList<TracedJob> Jobs(string file)
    {
        using var reader = new StreamReader(file);
        return PhillyFiles.ReadJobs(reader, file);
    }
}
