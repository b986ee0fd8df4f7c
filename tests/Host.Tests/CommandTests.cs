using System.Net;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>factoryctl against a running host: commands in, text and exit code out.</summary>
public class CommandTests : IClassFixture<CommandTests.Fixture>
{
    private readonly RunningHost _host;

    public CommandTests(Fixture fixture) => _host = fixture.Host;

    [Fact]
    public async Task The_example_factory_is_loaded_and_its_figures_are_shown()
    {
        var top = await _host.Factoryctl("top");
        Assert.True(top.Code == 0, top.ToString());
        foreach (var name in (string[])["utility-a", "ups-a1", "cdu-1", "fabric-a-leaf-01", "gb200-01", "h100-04", "local-01", "research"])
            Assert.Contains(name, top.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_submitted_explained_and_cancelled()
    {
        await Manifest.Use("apiVersion: factory/v1\nkind: Job\nmetadata: {name: long}\nspec:\n  queue: research\n  tasks: [{gpus: 8, gpuModels: [H100-SXM5-80GB]}]\n  simulated: {duration: 30d}\n", async file =>
        {
            var submitted = await _host.Factoryctl("submit", "-f", file);
            Assert.True(submitted.Code == 0, submitted.ToString());
            Assert.Contains("Placed", submitted.Output, StringComparison.Ordinal);
            var again = await _host.Factoryctl("submit", "-f", file);
            Assert.True(again.Code == 0, again.ToString());
        });
        var why = await _host.Factoryctl("why", "long");
        Assert.Contains("h100-", why.Output, StringComparison.Ordinal);
        var events = await _host.Factoryctl("events", "--count", "500");
        Assert.Contains("Job/long", events.Output, StringComparison.Ordinal);
        var cancelled = await _host.Factoryctl("cancel", "long");
        Assert.Equal("long cancelled", cancelled.Output.Trim());
        Assert.Contains("cancelled", (await _host.Factoryctl("job", "long")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await _host.Factoryctl("job", "nobody")).Code);
    }

    [Fact]
    public async Task A_job_nobody_could_ever_run_is_refused_with_the_reason()
    {
        await Manifest.Use("apiVersion: factory/v1\nkind: Job\nmetadata: {name: huge}\nspec:\n  queue: research\n  tasks: [{count: 1000, gpus: 8}]\n  simulated: {duration: 1h}\n", async file =>
        {
            var refused = await _host.Factoryctl("submit", "-f", file);
            Assert.Equal(1, refused.Code);
            Assert.Contains("1000 tasks", refused.Output, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("apiVersion: factory/v1\nkind: Queue\nmetadata: {name: q\n", ":4:1:", "valid YAML")]
    [InlineData("apiVersion: factory/v1\nkind: Queue\nmetadata: {name: q}\nspec: {limitGpu: 3}\n", ":4:8:", "did you mean 'limitGpus'")]
    [InlineData("apiVersion: factory/v1\nkind: Queue\nmetadata: {name: q}\nspec: {}\n---\napiVersion: factory/v1\nkind: Queue\nmetadata: {name: q}\nspec: {}\n", ":8:12:", "was already given in line 1")]
    [InlineData("apiVersion: factory/v1\nkind: Rack\nmetadata: {name: r}\nspec: {hall: hall-a, type: DGX-H100-x4, powerDomain: ups-a9, airZone: air-1}\n", ":4:41:", "there is no PowerDomain 'ups-a9'; did you mean 'ups-a1'")]
    public async Task Wrong_manifests_change_nothing_and_say_where_and_what(string text, string place, string message)
    {
        var before = await _host.Get<FactoryResponse>("/v1/factory");
        await Manifest.Use(text, async file =>
        {
            var applied = await _host.Factoryctl("apply", "-f", file);
            Assert.Equal(2, applied.Code);
            Assert.True(applied.Errors.Contains(file + place, StringComparison.Ordinal) && applied.Errors.Contains(message, StringComparison.Ordinal), applied.Errors);
        });
        Assert.Equal(before.Version, (await _host.Get<FactoryResponse>("/v1/factory")).Version);
    }

    [Theory]
    [InlineData("kernel: {name: sgemm, sizes: {m: 100000000}}", "spec.kernel")]
    [InlineData("kernel: {name: sgemmm}", "spec.kernel")]
    [InlineData("kernel: {name: triad, sizes: {q: 3}}", "spec.kernel")]
    [InlineData("simulated: {duration: 90}", "a duration such as")]
    public async Task Wrong_jobs_are_not_submitted_and_say_where_and_what(string work, string message)
    {
        await Manifest.Use($"apiVersion: factory/v1\nkind: Job\nmetadata: {{name: wrong}}\nspec:\n  queue: research\n  tasks: [{{gpus: 1}}]\n  {work}\n", async file =>
        {
            var submitted = await _host.Factoryctl("submit", "-f", file);
            Assert.Equal(2, submitted.Code);
            Assert.Contains(file + ":7:", submitted.Errors, StringComparison.Ordinal);
            Assert.Contains(message, submitted.Errors, StringComparison.Ordinal);
        });
        Assert.Equal(1, (await _host.Factoryctl("job", "wrong")).Code);
    }

    [Fact]
    public async Task Objects_are_shown_applied_again_and_deleted()
    {
        var yaml = (await _host.Factoryctl("get", "-o", "yaml")).Output;
        await Manifest.Use(yaml, async file =>
        {
            var applied = await _host.Factoryctl("apply", "-f", file);
            Assert.True(applied.Code == 0, applied.ToString());
            Assert.DoesNotContain("changed\n", applied.Output.Replace("unchanged\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        });
        await Manifest.Use("apiVersion: factory/v1\nkind: Queue\nmetadata: {name: guests}\nspec: {limitGpus: 4}\n", async file =>
            Assert.Equal("Queue/guests created", (await _host.Factoryctl("apply", "-f", file)).Output.Trim()));
        Assert.Equal("Queue/guests removed", (await _host.Factoryctl("delete", "Queue", "guests")).Output.Trim());
        var needed = await _host.Factoryctl("delete", "PowerDomain", "ups-a1");
        Assert.Equal(2, needed.Code);
        Assert.Contains("there is no PowerDomain 'ups-a1'", needed.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Rack", "gb200", "gb200-02")]
    [InlineData("PowerDomain", "utility-a", "ups-a2")]
    [InlineData("CoolingLoop", "cdu-1", "of heat committed")]
    [InlineData("Fabric", "fabric-a", "fabric-a-leaf-02")]
    [InlineData("Queue", "serving", "jobs wait")]
    [InlineData("Hall", "hall-a", "wholly free")]
    public async Task An_object_is_described_as_declared_and_as_it_is_now(string kind, string name, string now)
    {
        var described = await _host.Factoryctl("describe", kind, name);
        Assert.True(described.Code == 0, described.ToString());
        Assert.Contains($"kind: {kind}", described.Output, StringComparison.Ordinal);
        Assert.Contains(now, described.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found_and_a_kind_that_is_misspelt_is_told()
    {
        var kind = await _host.Factoryctl("get", "Racks");
        Assert.Equal(1, kind.Code);
        Assert.Contains("There is no kind 'Racks'; use one of: Site, Hall", kind.Errors, StringComparison.Ordinal);
        var gpu = await _host.Factoryctl("gpu", "h100-01-n00-g8");
        Assert.Equal(1, gpu.Code);
        Assert.Contains("There is no GPU 'h100-01-n00-g8'", gpu.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await _host.Factoryctl("gpu", "h100-01-n00-g7")).Code);
    }

    [Fact]
    public async Task A_job_of_MIG_instances_is_submitted_and_a_wrong_profile_is_told_with_its_place()
    {
        const string Job = "apiVersion: factory/v1\nkind: Job\nmetadata: {name: NAME}\nspec:\n  queue: serving\n  tasks: [{count: 3, mig: PROFILE, gpuModels: [H100-SXM5-80GB]}]\n  simulated: {class: decode, duration: 1s}\n";
        await Manifest.Use(Job.Replace("NAME", "instances", StringComparison.Ordinal).Replace("PROFILE", "1g.10gb", StringComparison.Ordinal), async file =>
        {
            var submitted = await _host.Factoryctl("submit", "-f", file, "--wait");
            Assert.True(submitted.Code == 0, submitted.ToString());
        });
        await Manifest.Use(Job.Replace("NAME", "wrong-profile", StringComparison.Ordinal).Replace("PROFILE", "1g.5gb", StringComparison.Ordinal), async file =>
        {
            var submitted = await _host.Factoryctl("submit", "-f", file);
            Assert.Equal(2, submitted.Code);
            Assert.Contains(file + ":6:", submitted.Errors, StringComparison.Ordinal);
            Assert.Contains("H100-SXM5-80GB has no MIG profile '1g.5gb'", submitted.Errors, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_limit_is_set_and_restored_and_a_node_cordoned()
    {
        var lowered = await _host.Factoryctl("limit", "ups-a2", "170kW", "--reason", "test");
        Assert.Contains("170 kW asked for", lowered.Output, StringComparison.Ordinal);
        Assert.Contains("180 kW", (await _host.Factoryctl("limit", "ups-a2")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _host.Factoryctl("set", "node", "h100-04-n03", "cordoned")).Code);
        Assert.Equal(0, (await _host.Factoryctl("set", "node", "h100-04-n03", "ready")).Code);
        var wrong = await _host.Factoryctl("set", "node", "h100-04-n03", "asleep");
        Assert.Equal(2, wrong.Code);
        Assert.Contains("ready, cordoned, failed or draining", wrong.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await _host.Factoryctl("limit", "ups-b7", "1kW")).Code);
    }

    [Fact]
    public async Task A_rack_is_set_as_a_whole_and_a_node_of_it_says_why_it_stays_closed()
    {
        Assert.Equal("rack h100-04 maintenance", (await _host.Factoryctl("set", "rack", "h100-04", "maintenance", "--reason", "firmware")).Output.Trim());
        var node = await _host.Factoryctl("set", "node", "h100-04-n02", "ready");
        Assert.True(node.Code == 0 && node.Output.Contains("still takes nothing new: rack h100-04 is maintenance", StringComparison.Ordinal), node.ToString());
        Assert.Contains("draining: rack h100-04 is maintenance", (await _host.Factoryctl("describe", "Rack", "h100")).Output, StringComparison.Ordinal);
        Assert.Contains("firmware", (await _host.Factoryctl("events", "--count", "1000")).Output, StringComparison.Ordinal);
        Assert.Equal("rack h100-04 ready", (await _host.Factoryctl("set", "rack", "h100-04", "ready")).Output.Trim());
        var wrong = await _host.Factoryctl("set", "rack", "h100-04", "asleep");
        Assert.True(wrong.Code == 2 && wrong.Errors.Contains("error or deleting", StringComparison.Ordinal), wrong.ToString());
        Assert.Equal(1, (await _host.Factoryctl("set", "rack", "h100-99", "ready")).Code);
    }

    [Fact]
    public async Task A_kernel_runs_on_this_machine_s_device_and_reports()
    {
        var ran = await _host.Factoryctl("kernel", "sgemm", "--size", "m=128", "n=128", "k=128");
        Assert.True(ran.Code == 0, ran + _host.Log);
        foreach (var word in (string[])["succeeded", "GFLOP/s", "checksum", "greatest relative error"])
            Assert.Contains(word, ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_key_nothing_is_told()
    {
        using var stranger = new HttpClient { BaseAddress = _host.Http.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/v1/halls")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/livez")).StatusCode);
        Assert.Contains("factory_power_limit", await stranger.GetStringAsync("/metrics"), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_host.Data, "api-key")));
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal RunningHost Host { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            // The example factory without its workload: what the tests submit is all there is.
            Host = await RunningHost.Start("--workload", "false", "--time-scale", "60");
            await Host.Until(
                async () => (await Host.Http.GetStringAsync("/metrics")).Contains("factory_power_limit", StringComparison.Ordinal), "no metrics appeared");
        }

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}
