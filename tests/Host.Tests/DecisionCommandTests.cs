using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>factoryctl's questions about decisions, against a host whose hall nobody else uses.</summary>
public class DecisionCommandTests : IClassFixture<DecisionCommandTests.Fixture>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly RunningHost _host;

    public DecisionCommandTests(Fixture fixture) => _host = fixture.Host;

    [Fact]
    public async Task A_plan_says_who_would_be_evicted_changes_nothing_and_comes_true()
    {
        await Manifest.Use(Job("low", 10, 16, "minimum: 4"), async file => Assert.Equal(0, (await _host.Factoryctl("submit", "-f", file)).Code));
        await Manifest.Use(Job("high", 300, 32), async file =>
        {
            var planned = await _host.Factoryctl("plan", "-f", file, "-o", "json");
            Assert.True(planned.Code == 1, planned.ToString());
            var plan = Assert.Single(JsonSerializer.Deserialize<List<PlanResponse>>(planned.Output, Json)!);
            Assert.Equal(("preempt", "low", 4), (plan.Outcome, Assert.Single(plan.Evicted), plan.Racks.Count));
            Assert.True(plan.AddedWatts > 0);
            Assert.Equal("high", (await Missing("high")));

            await _host.Factoryctl("submit", "-f", file);
            await _host.Until(async () => (await _host.Get<JobResponse>("/v1/jobs/high")).Phase == "running", "high did not start");
            Assert.Equal("waiting", (await _host.Get<JobResponse>("/v1/jobs/low")).Phase);
            Assert.Equal(0, (await _host.Factoryctl("plan", "-f", file)).Code);
        });
        Assert.Contains("Evicted for high", (await _host.Factoryctl("why", "low")).Output, StringComparison.Ordinal);
        Assert.Contains("of group worker it holds", (await _host.Factoryctl("why", "high", "--not", "gb200-01")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await _host.Factoryctl("why", "high", "--not", "nowhere")).Code);

        // Every decision so far, the eviction among them, comes out the same from its recorded inputs.
        var events = await _host.Get<EventsResponse>("/v1/halls/hall-a/events?after=0&count=1000");
        Assert.Contains(events.Events, happened => happened.Kind == "JobPreempt");
        foreach (var happened in events.Events)
        {
            var replayed = await _host.Factoryctl("decision", "replay", $"hall-a/{happened.Sequence}");
            Assert.True(replayed.Code == 0, replayed.ToString());
        }
        Assert.Equal(1, (await _host.Factoryctl("decision", "replay", "999999999")).Code);
        Assert.Equal(2, (await _host.Factoryctl("decision", "replay", "first")).Code);
    }

    [Fact]
    public async Task A_snapshot_decides_offline_as_the_hall_does()
    {
        var folder = Directory.CreateTempSubdirectory("snapshot-");
        try
        {
            var snapshot = Path.Combine(folder.FullName, "hall.json");
            Assert.Equal(0, (await _host.Factoryctl("snapshot", "-f", snapshot)).Code);
            await Manifest.Use(Job("offline", 100, 72, model: "GB200-GPU", gpus: 1), async file =>
            {
                var there = await _host.Factoryctl("plan", "-f", file, "-o", "json");
                var here = await Programs.Run(Programs.Cli, ["place", "-f", snapshot, "-f", file, "-o", "json"]);
                Assert.True(here.Code == 0, here.ToString());
                var plan = Assert.Single(JsonSerializer.Deserialize<List<PlanResponse>>(there.Output, Json)!);
                Assert.Contains(plan.Message, JsonDocument.Parse(here.Output).RootElement[0].GetProperty("why").GetString()!, StringComparison.Ordinal);
            });
            await Manifest.Use(Job("wide", 100, 1000), async file =>
                Assert.Equal(1, (await Programs.Run(Programs.Cli, ["place", "-f", snapshot, "-f", file])).Code));
            await File.WriteAllTextAsync(snapshot, (await File.ReadAllTextAsync(snapshot)).Replace("\"hall-snapshot/1\"", "\"hall-snapshot/9\"", StringComparison.Ordinal));
            var wrong = await Programs.Run(Programs.Cli, ["place", "-f", snapshot, "-f", snapshot]);
            Assert.Equal(2, wrong.Code);
            Assert.Contains("this version reads hall-snapshot/1", wrong.Errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("minimum: 40", "spec.tasks[0].minimum", "give at most count")]
    [InlineData("spares: -1", "spec.tasks[0].spares", "between 0 and")]
    public async Task Wrong_sizes_are_refused_with_the_field_and_what_would_be_right(string field, string place, string right)
    {
        await Manifest.Use(Job("wrong", 100, 32, field), async file =>
        {
            var planned = await _host.Factoryctl("plan", "-f", file);
            Assert.Equal(2, planned.Code);
            Assert.True(planned.Errors.Contains(place, StringComparison.Ordinal) && planned.Errors.Contains(right, StringComparison.Ordinal), planned.Errors);
        });
    }

    private static string Job(string name, int priority, int count, string more = "", string model = "H100-SXM5-80GB", int gpus = 4) =>
        $"apiVersion: factory/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec:\n  queue: research\n  priority: {priority}\n"
        + $"  tasks: [{{count: {count}, gpus: {gpus}, gpuModels: [{model}]{(more.Length > 0 ? ", " + more : "")}}}]\n  simulated: {{duration: 1h}}\n";

    private async Task<string> Missing(string job) => (await _host.Factoryctl("job", job)).Code == 1 ? job : "";

    public sealed class Fixture : IAsyncLifetime
    {
        internal RunningHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await RunningHost.Start("--workload", "false", "--start-agent", "false");

        public Task DisposeAsync() => Host.DisposeAsync().AsTask();
    }
}
