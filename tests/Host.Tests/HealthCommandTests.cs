using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>factoryctl health: reports in, what they come to out.</summary>
public class HealthCommandTests(CommandTests.Fixture fixture) : IClassFixture<CommandTests.Fixture>
{
    private const string Node = "h100-03-n01";

    private readonly RunningHost _host = fixture.Host;

    [Fact]
    public async Task A_report_closes_a_node_and_clearing_its_source_opens_it()
    {
        Assert.Contains("nobody says anything of its health", (await _host.Factoryctl("health", Node)).Output, StringComparison.Ordinal);
        await Manifest.Use("""{"observedAt": "2026-01-01T08:00:00Z", "alerts": [{"id": "BmcSensor", "target": "PSU0", "message": "over caution", "classifications": ["PreventAllocations", "Hardware"]}]}""", async file =>
        {
            var taken = await _host.Factoryctl("health", Node, "--report", file, "--source", "bmc");
            Assert.True(taken.Code == 0, taken.ToString());
            Assert.Contains($"{Node} takes nothing new: health prevents it: BmcSensor PSU0 (bmc)", taken.Output, StringComparison.Ordinal);
        });
        Assert.Contains("over caution", (await _host.Factoryctl("events", "--count", "1000")).Output, StringComparison.Ordinal);
        Assert.Contains($"{Node}  cordoned: health prevents it", (await _host.Factoryctl("describe", "Rack", "h100")).Output, StringComparison.Ordinal);
        var ready = await _host.Factoryctl("set", "node", Node, "ready");
        Assert.Contains("still takes nothing new: health prevents it", ready.Output, StringComparison.Ordinal);
        await Manifest.Use("""{"observedAt": "2025-12-31T08:00:00Z"}""", async file =>
        {
            var older = await _host.Factoryctl("health", Node, "--report", file, "--source", "bmc");
            Assert.True(older.Code == 1 && older.Output.Contains("Ignored: bmc has said something newer", StringComparison.Ordinal), older.ToString());
        });
        var shown = await _host.Get<HealthResponse>($"/v1/halls/hall-a/nodes/{Node}/health");
        Assert.Equal((false, "cordoned", "PSU0"), (shown.IsAllocatable, shown.Condition, Assert.Single(shown.Alerts).Target));
        Assert.Equal($"{Node} takes new work; nobody says anything of its health.", (await _host.Factoryctl("health", Node, "--clear", "bmc")).Output.Trim());
    }

    [Theory]
    [InlineData("""{}""", "observedAt: it is missing; give an instant such as")]
    [InlineData("""{"observedAt": "yesterday"}""", "observedAt: 'yesterday' is not an instant")]
    [InlineData("""{"observedAt": "2026-01-01T08:00:00Z", "alert": []}""", "alert")]
    [InlineData("""{"observedAt": "2026-01-01T08:00:00Z", "alerts": {}}""", "$.alerts")]
    [InlineData("""{"observedAt": "2026-01-01T08:00:00Z", "alerts": [null]}""", "alerts[0].id: it is missing")]
    [InlineData("""{"observedAt": "2026-01-01T08:00:00Z", "alerts": [{"id": "x", "classifications": ["PreventAllocation"]}]}""", "'PreventAllocation' is not a classification; use any of PreventAllocations")]
    [InlineData("""{"observedAt": "2026-01-01T08:00:00Z", "alerts": [{"id": "x", "inAlertSince": "2026-01-02T08:00:00Z"}]}""", "alerts[0].inAlertSince: it began after it was seen")]
    [InlineData("""{"observedAt": "2026-01-01T08:00:00Z", "alerts": [{"id": "x"}], "successes": [{"id": "x"}]}""", "successes[0]: x is given twice")]
    [InlineData("""{"observedAt": "2026-01-01T08:00:00Z", "mode": "Replace"}""", "mode: 'Replace' is not a mode; use report, merge or replace")]
    [InlineData("""{"observedAt": "2026-01-01T08:00:00Z", "source": "sre"}""", "source: 'sre' is not the source in the path, 'bmc'")]
    [InlineData("""{"observedAt": "2200-01-01T08:00:00Z"}""", "ahead of this host's clock")]
    [InlineData("""[]""", "a report is an object")]
    [InlineData("""{""", "not JSON")]
    public async Task What_is_wrong_with_a_report_is_told_by_field_and_nothing_of_it_counts(string report, string message)
    {
        await Manifest.Use(report, async file =>
        {
            var refused = await _host.Factoryctl("health", "h100-03-n02", "--report", file, "--source", "bmc");
            Assert.True(refused.Code == 2 && refused.Errors.Contains(message, StringComparison.Ordinal), refused.ToString());
        });
        Assert.Empty((await _host.Get<HealthResponse>("/v1/halls/hall-a/nodes/h100-03-n02/health")).Sources);
    }

    [Fact]
    public async Task A_node_that_is_not_there_and_options_that_do_not_go_together_are_told()
    {
        Assert.Equal(1, (await _host.Factoryctl("health", "h100-99-n00")).Code);
        Assert.Equal(2, (await _host.Factoryctl("health", Node, "--source", "bmc")).Code);
    }
}
