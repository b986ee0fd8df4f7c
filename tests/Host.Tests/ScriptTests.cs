using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>What scripts rely on: exit codes, standard input, JSON output, and what is served beside the API.</summary>
public class ScriptTests(CommandTests.Fixture fixture) : IClassFixture<CommandTests.Fixture>
{
    private readonly RunningHost _host = fixture.Host;

    [Fact]
    public async Task A_job_from_standard_input_is_waited_for_and_its_end_decides_the_exit_code()
    {
        var done = await Submit(Job("short", "{gpus: 1}", "1s"), "--wait", "-o", "json");
        Assert.True(done.Code == 0, done.ToString());
        var job = JsonSerializer.Deserialize<JobResponse>(done.Output, JsonSerializerOptions.Web)!;
        Assert.Equal(("short", "succeeded", 1), (job.Job, job.Phase, job.HeldGpus.Count));

        var refused = await Submit(Job("never", "{gpus: 9, gpuModels: [H100-SXM5-80GB]}", "1s"), "--wait");
        Assert.Equal(1, refused.Code);
        Assert.Contains("never refused: ", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_job_again_is_no_conflict_but_another_one_of_its_name_is()
    {
        Assert.Equal(0, (await Submit(Job("taken", "{gpus: 1}", "1s"))).Code);
        Assert.Equal(0, (await Submit(Job("taken", "{gpus: 1}", "1s"))).Code);
        var other = await Submit(Job("taken", "{gpus: 2}", "1s"));
        Assert.Equal(1, other.Code);
        Assert.Contains("conflict", other.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await _host.Get<JobResponse>("/v1/jobs/taken")).Gpus);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        var before = await _host.Get<FactoryResponse>("/v1/factory");
        var valid = await Submit(Job("dry", "{gpus: 1}", "1s"), "--dry-run");
        Assert.True(valid is { Code: 0 } && valid.Output.Contains("valid", StringComparison.Ordinal), valid.ToString());
        Assert.Equal(1, (await _host.Factoryctl("job", "dry")).Code);
        var removed = await _host.Factoryctl("delete", "Rack", "h100", "--dry-run");
        Assert.Equal("Rack/h100 removed (dry run)", removed.Output.Trim());
        Assert.Equal(before.Version, (await _host.Get<FactoryResponse>("/v1/factory")).Version);
    }

    [Fact]
    public async Task A_held_queue_a_link_and_a_GPU_are_set_and_set_back()
    {
        Assert.Equal(0, (await _host.Factoryctl("set", "queue", "serving", "held", "--reason", "audit")).Code);
        var kept = await Submit(Job("kept-out", "{gpus: 1}", "1s", "serving"));
        Assert.True(kept.Code == 1 && kept.Output.Contains("audit", StringComparison.Ordinal), kept.ToString());
        Assert.Equal(0, (await _host.Factoryctl("set", "queue", "serving", "open")).Code);

        Assert.Equal(0, (await _host.Factoryctl("set", "link", "fabric-a-leaf-01", "down")).Code);
        Assert.False((await Hall()).Links.Single(link => link.Link == "fabric-a-leaf-01").Up);
        Assert.Equal(0, (await _host.Factoryctl("set", "link", "fabric-a-leaf-01", "up")).Code);
        Assert.True((await Hall()).Links.Single(link => link.Link == "fabric-a-leaf-01").Up);

        Assert.Equal(0, (await _host.Factoryctl("set", "gpu", "gb200-02-n17-g3", "failed")).Code);
        Assert.Equal(0, (await _host.Factoryctl("set", "gpu", "gb200-02-n17-g3", "ready")).Code);
        Assert.Equal(1, (await _host.Factoryctl("set", "gpu", "gb200-02-n18-g0", "failed")).Code);
    }

    [Theory]
    [InlineData("top", "--colour")]
    [InlineData("job")]
    [InlineData("kernel", "sgemm", "--size", "m=many")]
    [InlineData("kernel", "sgemm", "--size", "m=0")]
    [InlineData("kernel", "sgemm", "--repetitions", "0")]
    [InlineData("limit", "ups-a2", "fast")]
    [InlineData("set", "door", "a", "open")]
    [InlineData("apply", "-f", "no-such-file.yaml")]
    [InlineData("top", "--server", "not an address")]
    public async Task What_is_wrong_with_a_command_itself_is_exit_code_2(params string[] command)
    {
        var ended = await _host.Factoryctl(command);
        Assert.True(ended.Code == 2 && ended.Errors.Length > 0, ended.ToString());
    }

    [Theory]
    [InlineData("job", "nobody")]
    [InlineData("why", "nobody")]
    [InlineData("cancel", "nobody")]
    [InlineData("get", "Rack", "nobody")]
    [InlineData("top", "--hall", "nobody")]
    [InlineData("top", "--key", "wrong")]
    public async Task What_is_asked_for_in_vain_is_exit_code_1(params string[] command)
    {
        var ended = await _host.Factoryctl(command);
        Assert.True(ended.Code == 1 && ended.Errors.Length > 0, ended.ToString());
    }

    [Fact]
    public async Task The_schema_needs_no_host_and_is_the_one_the_host_serves()
    {
        var printed = await Programs.Run(Programs.Cli, ["schema"]);
        Assert.Equal(0, printed.Code);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(printed.Output), JsonNode.Parse(await _host.Http.GetStringAsync("/v1/schema"))));
    }

    [Fact]
    public async Task Figures_come_as_JSON_too()
    {
        var top = await _host.Factoryctl("top", "-o", "json");
        var hall = JsonSerializer.Deserialize<HallResponse>(top.Output, JsonSerializerOptions.Web)!;
        Assert.Equal(("hall-a", 273), (hall.Hall, hall.Gpus));
        Assert.Contains(hall.Power, power => power is { Domain: "ups-a1", Parent: "utility-a", LimitWatts: 260_000 });
    }

    [Fact]
    public async Task Every_series_of_the_factory_is_measured()
    {
        await Submit(Job("measured", "{gpus: 1}", "1s"), "--wait");
        var wanted = (string[])["factory_placement_decisions", "factory_jobs_ended", "factory_tokens", "factory_ledger_write", "factory_rack_power", "factory_power_committed", "factory_power_limit", "factory_jobs{"];
        var metrics = "";
        await _host.Until(
            async () => Array.TrueForAll(wanted, ("\n" + (metrics = await _host.Http.GetStringAsync("/metrics"))).Contains), "a series is missing");
        Assert.Contains("domain=\"utility-a\"", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/app.js", "text/javascript")]
    [InlineData("/app.css", "text/css")]
    public async Task The_page_is_served_to_anyone_under_a_strict_policy(string path, string type)
    {
        using var stranger = new HttpClient { BaseAddress = _host.Http.BaseAddress };
        using var response = await stranger.GetAsync(path);
        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task A_request_that_is_no_JSON_is_told_apart_from_a_fault_of_the_host()
    {
        foreach (var body in (string[])["", "{", "[]", "{}", """{"files": null}""", """{"files": [null]}""", """{"files": [{"name": "a"}]}"""])
        {
            foreach (var path in (string[])["/v1/jobs", "/v1/manifests"])
            {
                using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
                using var response = await _host.Http.PostAsync(path, content);
                var answer = await response.Content.ReadAsStringAsync();
                Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{path} {body}: {response.StatusCode} {answer}");
                Assert.NotEmpty(JsonSerializer.Deserialize<ErrorResponse>(answer, JsonSerializerOptions.Web)!.Message);
            }
        }
    }

    private Task<Ended> Submit(string text, params string[] more) => Programs.Run(
        Programs.Cli, ["submit", "-f", "-", .. more],
        new Dictionary<string, string> { ["FACTORY_SERVER"] = _host.Http.BaseAddress!.ToString(), ["FACTORY_KEY"] = _host.Key }, text);

    private async Task<HallResponse> Hall() => await _host.Get<HallResponse>("/v1/halls/hall-a");

    private static string Job(string name, string task, string duration, string queue = "research") =>
        $"apiVersion: factory/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec:\n  queue: {queue}\n  tasks: [{task}]\n  simulated: {{duration: {duration}}}\n";
}
