using System.Globalization;
using System.Text.Json;
using ControlPlane.Simulation.Philly;

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
                ? PhillyHall.Servers(nodes.GetInt32())
                : PhillyHall.Pool(root.GetProperty("gpus").GetInt32());
            var figures = PhillyReplay.Run(Jobs(), hall, root.GetProperty("policy").GetString()!).Figures();
            // How long the reference took is no figure of the experiment.
            var named = root.EnumerateObject().Where(field => field.Name is not ("trace" or "policy" or "seconds"))
                .Select(field => $"{field.Name} {field.Value.GetDouble().ToString(CultureInfo.InvariantCulture)}");
            Assert.Equal(named, figures.Select(one => $"{one.Name} {Convert.ToDouble(one.Value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}"));
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
        PhillyReplay.Run(Jobs(), PhillyHall.Pool(64), policy).WriteTo(written);
        Assert.Equal(expected, written.ToString());
    }

    private static IReadOnlyList<PhillyJob> Jobs()
    {
        using var reader = new StreamReader(Path.Combine(Folder, Trace + ".csv"));
        return PhillyFiles.ReadJobs(reader, Trace);
    }
}
