using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>A running hall handed to the twin, against a host whose hall nobody else uses.</summary>
public sealed class TwinFromNowTests(DecisionCommandTests.Fixture fixture) : IClassFixture<DecisionCommandTests.Fixture>
{
    private const string Job = "apiVersion: factory/v1\nkind: Job\nmetadata: {name: half}\nspec:\n  queue: research\n  tasks: [{count: 2, gpus: 8, gpuModels: [H100-SXM5-80GB]}]\n  simulated: {duration: 1000h, checkpointEvery: 1s}\n";

    [Fact]
    public async Task What_would_come_of_a_running_hall_begins_with_its_jobs_as_far_as_they_are()
    {
        await Manifest.Use(Job, async file => Assert.Equal(0, (await fixture.Host.Factoryctl("submit", "-f", file)).Code));
        // Its time runs sixty times as fast as the clock: one that has started has soon saved something.
        await fixture.Host.Until(async () => Saved(await fixture.Host.Get<JsonElement>("/v1/halls/hall-a/snapshot")) is > 0, "nothing was saved");
        var before = Saved(await fixture.Host.Get<JsonElement>("/v1/halls/hall-a/snapshot"))!.Value;
        var run = await fixture.Host.Factoryctl("twin", "run", "--from-now", "--queue", "research", "--failures", "none", "--checkpoint-cost", "0", "--checkpoint-every", "60", "--days", "42", "-o", "json");
        Assert.True(run.Code == 0, run.ToString());
        var outcome = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((1, 1), (outcome.GetProperty("figures").GetProperty("gangsSubmitted").GetInt32(), outcome.GetProperty("figures").GetProperty("gangsEnded").GetInt32()));
        // 42 days are 1,008 hours: what was done before is not done again.
        Assert.InRange(outcome.GetProperty("figures").GetProperty("usefulHours").GetDouble(), 0, 16 * (1000 - (before / 3600)));
        Assert.Contains("1 of them begun", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await fixture.Host.Factoryctl("twin", "run", "--from-now", "--gpus", "64")).Code);
        Assert.Equal(1, (await fixture.Host.Factoryctl("twin", "run", "--from-now", "--hall", "nowhere")).Code);
    }

    private static double? Saved(JsonElement snapshot) => snapshot.GetProperty("jobs").EnumerateArray()
        .Where(job => job.GetProperty("manifest").GetProperty("metadata").GetProperty("name").GetString() == "half")
        .Select(job => (double?)job.GetProperty("savedSeconds").GetDouble()).FirstOrDefault();
}
