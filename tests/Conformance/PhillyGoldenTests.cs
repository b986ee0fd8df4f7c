using System.Globalization;
using System.Text.Json;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Replay;

namespace ControlPlane.Conformance.Tests;

/// <summary>Every published run of the Philly experiment: all figures, and start and end of every job where they are given.</summary>
public sealed class PhillyGoldenTests
{
    private const string Trace = "philly_2869ce";

    private static string Folder => Path.Combine(SharedFolder.Find(), "traces", "philly");

    [SkippableFact]
    public void Has_the_reference_figures_for_every_policy_and_cluster()
    {
        var rows = File.ReadAllLines(Path.Combine(Folder, "golden", "results.jsonl")).Where(line => line.Length > 0).ToList();
        Assert.Equal(20, rows.Count);
        foreach (var row in rows)
        {
            using var expected = JsonDocument.Parse(row);
            var root = expected.RootElement;
            var hall = root.TryGetProperty("nodes", out var nodes)
                ? ReplayHall.Servers(nodes.GetInt32())
                : ReplayHall.Pool(root.GetProperty("gpus").GetInt32());
            var figures = JobReplay.Run(Jobs(), hall, root.GetProperty("policy").GetString()!).Figures();
            // A policy that does not preempt states no preemptions there; what it is called, the averages and how long the
            // reference took are no figures of a replay.
            var expectedFigures = root.EnumerateObject().Where(field => field.Name is not ("trace" or "policy" or "gpus" or "nodes" or "seconds" or "avg_jct_s" or "avg_wait_s" or "preemptions"))
                .Select(field => $"{Named(field.Name)} {field.Value.GetDouble().ToString(CultureInfo.InvariantCulture)}")
                .Append($"preemptions {(root.TryGetProperty("preemptions", out var count) ? count.GetInt32() : 0)}");
            Assert.Equal(expectedFigures.Order(StringComparer.Ordinal), figures.Select(one => $"{one.Name} {Convert.ToDouble(one.Value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}").Order(StringComparer.Ordinal));
        }
    }

    [SkippableTheory]
    [InlineData("fifo")]
    [InlineData("sjf")]
    [InlineData("easy")]
    [InlineData("srtf")]
    public void Writes_the_reference_file(string policy)
    {
        var expected = File.ReadAllText(Path.Combine(Folder, "golden", $"{Trace}_g64_{policy}.csv"));
        var written = new StringWriter();
        JobReplay.Run(Jobs(), ReplayHall.Pool(64), policy).WriteTo(written);
        Assert.Equal(expected, written.ToString());
    }

    // sum_jct_s is sumJct.
    private static string Named(string golden) =>
        string.Concat((golden.EndsWith("_s", StringComparison.Ordinal) ? golden[..^2] : golden).Split('_').Select((word, index) => index == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));

    private static IReadOnlyList<TracedJob> Jobs()
    {
        using var reader = new StreamReader(Path.Combine(Folder, Trace + ".csv"));
        return JobTraces.Read(reader, Trace).Jobs;
    }
}
