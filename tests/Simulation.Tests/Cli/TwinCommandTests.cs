using System.Diagnostics;
using System.Text.Json;
using Parquet;

namespace ControlPlane.Simulation.Tests.Cli;

/// <summary>factoryctl twin and trace: files in, files and exit codes out.</summary>
public sealed class TwinCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("twin").FullName;

    public TwinCommandTests() => File.WriteAllText(
        Path.Combine(_folder, "jobs.csv"), "job_id,vc,submit,gpus,duration\n0,a,0,8,5000\n1,a,60,32,20000\n2,b,4000,16,90000\n3,b,9000,4,700\n");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_same_seed_writes_the_same_bytes_and_the_tables_hold_what_the_summary_says()
    {
        foreach (var name in new[] { "one", "two" })
        {
            var run = Run("run", "--gpus", "64", "--trace", At("jobs.csv"), "--load", "0.7", "--days", "2", "--failures", "0.3", "--seed", "9", "--out", At(name), "-o", "json");
            Assert.True(run.Code == 0, run.Errors);
        }
        var files = Directory.GetFiles(At("one")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(12, files.Count);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(At("one", file!)), File.ReadAllBytes(At("two", file!))));
        using var summary = JsonDocument.Parse(File.ReadAllText(At("one", "outcome.json")));
        Assert.Equal(9, summary.RootElement.GetProperty("seed").GetInt32());
        Assert.Contains("lognormal", File.ReadAllText(At("one", "assumptions.csv")), StringComparison.Ordinal);
        var ended = summary.RootElement.GetProperty("figures").GetProperty("gangsEnded").GetInt32();
        Assert.True(ended > 3);
        Assert.Equal(ended + 1, File.ReadAllLines(At("one", "jobs.csv")).Length);
        await using var reader = await ParquetReader.CreateAsync(At("one", "jobs.parquet"));
        Assert.Equal(["name", "gpus", "submitted_ms", "started_ms", "ended_ms", "work_ms", "failures", "preemptions", "lost_ms"], reader.Schema.GetDataFields().Select(field => field.Name));
        using var group = reader.OpenRowGroupReader(0);
        Assert.Equal(ended, group.RowCount);
        Assert.Contains("\"seed\": 9", reader.CustomMetadata["summary"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_state_goes_on_as_if_it_had_not_been_saved_and_is_forked()
    {
        string[] plan = ["--gpus", "64", "--trace", At("jobs.csv"), "--failures", "0.5", "--checkpoint-every", "3000", "-o", "json"];
        var whole = Run(["run", .. plan, "--days", "3"]);
        Assert.Equal(0, Run(["run", .. plan, "--days", "1", "--save", At("state.json")]).Code);
        Assert.Equal(whole.Output, Run("run", "--from", At("state.json"), "--days", "3", "-o", "json").Output);
        var fork = Run("fork", At("state.json"), "--days", "3", "--checkpoint-every", "600", "-o", "json");
        using var compared = JsonDocument.Parse(fork.Output);
        var (a, b) = (compared.RootElement.GetProperty("a"), compared.RootElement.GetProperty("b"));
        using var told = JsonDocument.Parse(whole.Output);
        Assert.All(told.RootElement.GetProperty("figures").EnumerateObject(), figure => Assert.Equal(figure.Value.GetDouble(), a.GetProperty(figure.Name).GetDouble()));
        Assert.Equal(a.GetProperty("nodeFailures").GetDouble(), b.GetProperty("nodeFailures").GetDouble());
        Assert.True(b.GetProperty("checkpointHours").GetDouble() > a.GetProperty("checkpointHours").GetDouble());
        Assert.Equal("interval between checkpoints", Assert.Single(compared.RootElement.GetProperty("changed").EnumerateArray()).GetProperty("name").GetString());
    }

    [SkippableFact]
    public void Interrupted_it_leaves_what_holds_until_then()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Signals are sent by kill.");
        using var process = Factoryctl.Start("twin", "run", "--gpus", "2000", "--trace", At("jobs.csv"), "--load", "0.8", "--days", "36500", "--out", At("part"), "--save", At("state.json"), "-o", "json");
        // It answers to a signal from its first event on; before, it has nothing to leave.
        while (process.Threads.Count > 0 && process.TotalProcessorTime < TimeSpan.FromSeconds(3) && !process.HasExited)
            process.WaitForExit(50);
        // Not the signal of Ctrl-C: what a shell starts in the background, and its children, ignore that one.
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            kill.WaitForExit();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Contains("stopped at day", errors, StringComparison.Ordinal);
        Assert.Equal(1, process.ExitCode);
        using var summary = JsonDocument.Parse(File.ReadAllText(At("part", "outcome.json")));
        Assert.False(summary.RootElement.GetProperty("isWhole").GetBoolean());
        Assert.True(summary.RootElement.GetProperty("days").GetDouble() > 0);
        Assert.Empty(Directory.GetFiles(At("part"), "*.part"));
        Assert.Equal("twin-state/2", JsonDocument.Parse(File.ReadAllText(At("state.json"))).RootElement.GetProperty("format").GetString());
    }

    [Fact]
    public void A_trace_is_fitted_and_drawn_and_what_is_drawn_is_a_trace()
    {
        var drawn = Factoryctl.Run("trace", "draw", "--trace", At("jobs.csv"), "--gpus", "1000", "--days", "20", "--out", At("drawn.csv"));
        Assert.True(drawn.Code == 0, drawn.Errors);
        Assert.Contains("800 GPUs busy if none waited", drawn.Output, StringComparison.Ordinal);
        var replay = Factoryctl.Run("replay", "jobs", "--trace", At("drawn.csv"), "--nodes", "125", "--policy", "fifo", "-o", "json");
        Assert.True(replay.Code == 0, replay.Errors);
        using var figures = JsonDocument.Parse(replay.Output);
        Assert.Equal(
            ["jobs", "sumJct", "sumWait", "p50Jct", "p90Jct", "p99Jct", "p50Wait", "p99Wait", "maxWait", "jobsThatWaited", "makespan", "gpuSeconds", "utilisationPct", "preemptions"],
            figures.RootElement.EnumerateObject().Select(figure => figure.Name));
    }

    [Fact]
    public void Several_services_are_played_each_with_its_model_and_requests()
    {
        foreach (var (name, tokens) in new[] { ("short", 10), ("long", 400) })
            File.WriteAllText(At(name + ".csv"), "TIMESTAMP,ContextTokens,GeneratedTokens\n" + string.Concat(Enumerable.Range(0, 120).Select(second => $"2023-11-16 18:{second / 60:00}:{second % 60:00}.0000000,100,{tokens}\n")));
        File.WriteAllText(At("services.json"), """
            [{"name": "short", "requests": "short.csv", "replicas": 2},
             {"name": "long", "requests": "long.csv", "replicas": 1, "rate": 2,
              "model": {"name": "slow", "gpus": 4, "readTokensPerSecond": 1000, "stepMilliseconds": 10, "perRequestMilliseconds": 0.1, "mostBatch": 4, "source": "test"}}]
            """);
        var run = Run("run", "--gpus", "64", "--services", At("services.json"), "--days", "1", "--failures", "none", "-o", "json");
        Assert.True(run.Code == 0, run.Errors);
        using var told = JsonDocument.Parse(run.Output);
        var services = told.RootElement.GetProperty("services").EnumerateArray().ToList();
        Assert.Equal(["short", "long"], services.Select(service => service.GetProperty("name").GetString()));
        Assert.True(services[0].GetProperty("lastTokenSeconds")[2].GetDouble() < 0.2);
        // Two requests of 400 tokens come every second; four at a time make at most 4 / 10.4 ms = 385 tokens/s: they queue.
        Assert.True(services[1].GetProperty("load").GetDouble() > 1);
        Assert.True(services[1].GetProperty("firstTokenSeconds")[1].GetDouble() > 10);
        Assert.Contains("\"test\"", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("services.json:1:", "[{\"name\": 5}]")]
    [InlineData("[0].name: a name that no other service has was expected", "[{\"name\": \"a\", \"requests\": \"r.csv\", \"replicas\": 1}, {\"name\": \"a\", \"requests\": \"r.csv\", \"replicas\": 1}]")]
    [InlineData("[0]: 1 to 100,000 replicas", "[{\"name\": \"a\", \"requests\": \"r.csv\", \"replicas\": 0}]")]
    [InlineData("[0].model: 1 to 64 gpus", "[{\"name\": \"a\", \"requests\": \"r.csv\", \"replicas\": 1, \"model\": {\"name\": \"m\", \"gpus\": 0, \"readTokensPerSecond\": 1, \"stepMilliseconds\": 1, \"perRequestMilliseconds\": 0, \"mostBatch\": 1, \"source\": \"s\"}}]")]
    [InlineData("nowhere.csv", "[{\"name\": \"a\", \"requests\": \"nowhere.csv\", \"replicas\": 1}]")]
    public void Services_that_are_wrong_are_told_with_their_place(string message, string text)
    {
        File.WriteAllText(At("r.csv"), "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,1,1\n");
        File.WriteAllText(At("services.json"), text);
        var run = Run("run", "--gpus", "64", "--services", At("services.json"));
        Assert.True(run.Code == 2 && run.Errors.Contains(message, StringComparison.Ordinal), run.Errors);
    }

    [Theory]
    [InlineData("--gpus: 1 to", "run", "--gpus", "0")]
    [InlineData("Give the hall's manifests", "run")]
    [InlineData("--load draws gangs", "run", "--gpus", "64", "--load", "1")]
    [InlineData("--failures: rsc1", "run", "--gpus", "64", "--failures", "often")]
    [InlineData("--days: above 0", "run", "--gpus", "64", "--days", "-1")]
    [InlineData("nobody.json", "run", "--from", "nobody.json")]
    [InlineData("jobs.csv:1: is no saved run", "run", "--from", "jobs.csv")]
    [InlineData("jobs.csv:1:1: is no list of faults", "run", "--gpus", "64", "--faults", "jobs.csv")]
    [InlineData("line 1: this is a trace of jobs", "run", "--gpus", "64", "--requests", "jobs.csv")]
    public void Bad_input_is_told_in_a_line(string message, params string[] arguments)
    {
        var run = Run([.. arguments.Select(word => word == "jobs.csv" ? At(word) : word)]);
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments) => Factoryctl.Run(["twin", .. arguments]);

    private string At(params string[] names) => Path.Combine([_folder, .. names]);
}
