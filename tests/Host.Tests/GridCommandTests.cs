using System.Globalization;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>Power policies and the grid by factoryctl, against a host whose hall nobody else uses.</summary>
public class GridCommandTests : IClassFixture<DecisionCommandTests.Fixture>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly RunningHost _host;

    public GridCommandTests(DecisionCommandTests.Fixture fixture) => _host = fixture.Host;

    [Fact]
    public async Task Policies_are_declared_shown_and_named_by_plan_and_job()
    {
        var listed = await _host.Factoryctl("policies");
        Assert.True(listed.Code == 0 && listed.Output.Contains("in proportion to A100-SXM4-400W", StringComparison.Ordinal), listed.ToString());
        await Manifest.Use("{apiVersion: factory/v1, kind: PowerPolicy, metadata: {name: eco}, spec: {gpus: [{model: H100-SXM5-80GB, limit: 150W}]}}", async file =>
        {
            var refused = await _host.Factoryctl("apply", "-f", file);
            Assert.True(refused.Code == 2 && refused.Errors.Contains(":1:", StringComparison.Ordinal) && refused.Errors.Contains("spec.gpus[0].limit", StringComparison.Ordinal), refused.ToString());
        });
        await Manifest.Use("{apiVersion: factory/v1, kind: PowerPolicy, metadata: {name: eco}, spec: {gpus: [{model: H100-SXM5-80GB, limit: 350W}]}}", async file =>
            Assert.Equal(0, (await _host.Factoryctl("apply", "-f", file)).Code));
        Assert.Contains("350W", (await _host.Factoryctl("describe", "PowerPolicy", "eco")).Output, StringComparison.Ordinal);
        await Manifest.Use(Job("saving", "powerPolicies: [eco]"), async file =>
        {
            Assert.Contains("Power limit 50 % by eco", (await _host.Factoryctl("plan", "-f", file)).Output, StringComparison.Ordinal);
            Assert.Equal(0, (await _host.Factoryctl("submit", "-f", file)).Code);
            Assert.Contains("50 % of its limit, by eco", (await _host.Factoryctl("job", "saving")).Output, StringComparison.Ordinal);
        });
        await Manifest.Use(Job("wrong", "powerPolicies: [ecco]"), async file =>
        {
            Assert.Equal(2, (await _host.Factoryctl("plan", "-f", file)).Code);
            Assert.Contains("no PowerPolicy 'ecco'", (await _host.Factoryctl("submit", "-f", file)).Output, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_load_target_is_planned_before_and_reported_after()
    {
        await Manifest.Use(Job("flexible", "flexibility: 25"), async file => Assert.Equal(0, (await _host.Factoryctl("submit", "-f", file)).Code));
        await _host.Until(async () => (await _host.Get<JobResponse>("/v1/jobs/flexible")).Phase == "running", "flexible did not start");
        string[] window = ["--from", "2027-01-15T18:00:00Z", "--until", "2027-01-15T20:00:00Z"];
        var met = await _host.Factoryctl(["grid", "plan", "utility-a", "--limit", "470kW", .. window]);
        Assert.True(met.Code == 0 && met.Output.Contains("can be met", StringComparison.Ordinal), met.ToString());
        var short1 = await _host.Factoryctl(["grid", "plan", "utility-a", "--limit", "10kW", "-o", "json", .. window]);
        Assert.Equal(1, short1.Code);
        var plan = JsonSerializer.Deserialize<TargetPlanResponse>(short1.Output, Json)!;
        var job = Assert.Single(plan.Jobs, one => one.Job == "flexible");
        Assert.True(job is { FromPercent: 100, ToPercent: < 100, Tier: "flexibility 25", Speed: >= 0.75 } && plan.AfterWatts < plan.CommittedWatts, short1.ToString());
        Assert.Equal(1, (await _host.Factoryctl(["grid", "plan", "nowhere", "--limit", "10kW", .. window])).Code);
        Assert.Equal(2, (await _host.Factoryctl(["grid", "plan", "utility-a", "--limit", "lots", .. window])).Code);
        Assert.Equal(2, (await _host.Factoryctl("grid", "plan", "utility-a", "--limit", "10kW", "--from", "now", "--until", "2027-01-15T20:00:00Z")).Code);

        var unmetered = await _host.Factoryctl(["grid", "report", "utility-a", .. window]);
        Assert.True(unmetered.Code == 1 && unmetered.Errors.Contains("0 minutes of the window were metered", StringComparison.Ordinal), unmetered.ToString());
        Assert.Contains("hangs on utility-a", (await _host.Factoryctl(["grid", "report", "ups-a1", .. window])).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_puts_off_what_may_wait_until_it_is_withdrawn_and_bad_rows_are_refused_with_their_line()
    {
        await Manifest.Use("from,price\n2027-01-15T18:00:00Z,90\n2027-01-15T17:00:00Z,cheap\n", async file =>
        {
            var refused = await _host.Factoryctl("grid", "signal", "-f", file);
            Assert.True(refused.Code == 2 && refused.Errors.Contains(":3:", StringComparison.Ordinal) && refused.Errors.Contains("price", StringComparison.Ordinal), refused.ToString());
        });
        Assert.Equal(2, (await _host.Factoryctl("grid", "signal")).Code);
        var now = DateTimeOffset.UtcNow;
        var rows = string.Join("\n", new[] { 90, 80, 20, 70 }.Select((price, hour) => string.Create(CultureInfo.InvariantCulture, $"{now.AddHours(hour - 0.5):yyyy-MM-ddTHH:mm:ssZ},{price}")));
        await Manifest.Use("from,price\n" + rows, async file =>
        {
            var taken = await _host.Factoryctl("grid", "signal", "-f", file);
            Assert.True(taken.Code == 0 && taken.Output.Contains("4 points by price, 0 jobs", StringComparison.Ordinal), taken.ToString());
        });
        var latest = now.AddHours(3).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        await Manifest.Use(Job("night", $"deferrable: true\n  startBy: {latest}", "30m"), async file => Assert.Equal(0, (await _host.Factoryctl("submit", "-f", file)).Code));
        Assert.Contains("It waits for the cheap window beginning at", (await _host.Factoryctl("why", "night")).Output, StringComparison.Ordinal);
        Assert.Contains("0 jobs", (await _host.Factoryctl("grid", "signal", "--withdraw", "-o", "json")).Output.Replace("\"deferred\": 0", "0 jobs", StringComparison.Ordinal), StringComparison.Ordinal);
        await _host.Until(async () => (await _host.Get<JobResponse>("/v1/jobs/night")).Phase == "running", "night did not start");
    }

    private static string Job(string name, string more, string duration = "1h") =>
        $"apiVersion: factory/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec:\n  queue: research\n  tasks: [{{gpus: 4, gpuModels: [H100-SXM5-80GB]}}]\n  {more}\n  simulated: {{duration: {duration}}}\n";
}
