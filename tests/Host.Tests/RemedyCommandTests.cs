using System.Net;
using System.Text;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>factoryctl remedy, and faults that the driver reports through NVML's double.</summary>
public class RemedyCommandTests(CommandTests.Fixture fixture) : IClassFixture<CommandTests.Fixture>
{
    private const string Gpu = "local-01-n00-g0";

    private readonly RunningHost _host = fixture.Host;

    [Fact]
    public async Task Rules_are_shown_and_changed_and_a_fault_from_elsewhere_becomes_a_case()
    {
        var set = await _host.Factoryctl("remedy", "set", "reset-gpu", "--mode", "dryRun", "--per-hour", "7", "--most-closed", "0.25");
        Assert.True(set.Code == 0 && set.Output.Contains("7 an hour", StringComparison.Ordinal) && set.Output.Contains("25%", StringComparison.Ordinal), set.ToString());
        var reported = await _host.Factoryctl("remedy", "report", "h100-01-n00-g2", "48", "--event", "5", "--detail", "from the kernel log", "-o", "json");
        var opened = JsonSerializer.Deserialize<RemedyCaseResponse>(reported.Output, JsonSerializerOptions.Web)!;
        Assert.Equal(("dryRun", "reset-gpu", 48), (opened.State, opened.Remedy, opened.Xid));
        await _host.Factoryctl("remedy", "report", "h100-01-n00-g2", "48", "--event", "5");
        Assert.Single((await Remedies()).Cases, one => one.Gpu == "h100-01-n00-g2");

        var approved = await _host.Factoryctl("remedy", "approve", $"{opened.Number}");
        Assert.True(approved.Code == 0 && approved.Output.Contains("an operator approved it", StringComparison.Ordinal), approved.ToString());
        await _host.Until(async () => (await Remedies()).Cases.Single(one => one.Number == opened.Number).State == "done", "the simulated device was not reset");
        Assert.Equal(1, (await _host.Factoryctl("remedy", "close", $"{opened.Number}")).Code);
        Assert.Equal(1, (await _host.Factoryctl("remedy", "close", "99999")).Code);
        Assert.Equal(1, (await _host.Factoryctl("remedy", "report", "nowhere-g0", "48")).Code);
        Assert.Contains("Xid 48: a memory error of two bits", (await _host.Factoryctl("remedy", "list")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "remedies", """{"remedy": "pray"}""", "remedy: 'pray' is not a remedy; use restart-job")]
    [InlineData("PUT", "remedies", """{"mode": "act"}""", "remedy: it is missing")]
    [InlineData("PUT", "remedies", """{"remedy": "drain", "mode": "1"}""", "mode: '1' is not a mode")]
    [InlineData("PUT", "remedies", """{"remedy": "drain", "mostPerHour": -1}""", "mostPerHour: -1 is not a rate")]
    [InlineData("PUT", "remedies", """{"mostClosedShare": 1.5}""", "mostClosedShare: 1.5 is not a share")]
    [InlineData("PUT", "remedies", """{"share": 1}""", "share")]
    [InlineData("POST", "gpus/h100-01-n00-g0/faults", """{"xid": 0}""", "xid: 0 is not a number of the driver's")]
    [InlineData("POST", "gpus/h100-01-n00-g0/faults", """{"xid": 13, "number": -4}""", "number: -4 is below zero")]
    public async Task What_cannot_be_is_refused_by_field(string method, string path, string body, string said)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/v1/halls/hall-a/" + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _host.Http.SendAsync(request);
        var error = JsonSerializer.Deserialize<ErrorResponse>(await response.Content.ReadAsStringAsync(), JsonSerializerOptions.Web)!;
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(said, string.Join("; ", [error.Message, .. error.Errors.Select(one => $"{one.Field}: {one.Problem}; {one.Expected}")]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_options_are_exit_code_2()
    {
        Assert.Equal(2, (await _host.Factoryctl("remedy", "set")).Code);
        Assert.Equal(2, (await _host.Factoryctl("remedy", "set", "drain", "--mode", "maybe")).Code);
        Assert.Equal(2, (await _host.Factoryctl("remedy", "set", "--most-closed", "NaN")).Code);
    }

    [SkippableFact]
    public async Task A_fault_that_the_driver_reports_resets_the_device_and_work_goes_on_there()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var (xid, resets) = (Path.Combine(host.Data, "xid"), Path.Combine(host.Data, "resets"));
        host.StartAgent(
            "local-01-n00", new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double", ["FACTORY_NVML_LIBRARY"] = "double", ["FACTORY_DOUBLE_XID_FILE"] = xid },
            "--devices", "cuda", "--reset-command", $"mkdir {resets}-{{uuid}}");
        await host.Until(async () => (await host.Get<GpuResponse>("/v1/gpus/" + Gpu)).Device is not null, "the agent did not connect");

        await File.WriteAllTextAsync(xid, "119");
        await host.Until(async () => (await RemediesOf(host)).Cases is [{ State: "done", Remedy: "reset-gpu", Xid: 119 }], "the device was not reset");
        Assert.Single(Directory.GetDirectories(host.Data, "resets-*"));
        var ran = await host.Factoryctl("kernel", "triad", "--size", "n=5000", "--repetitions", "1");
        Assert.True(ran.Code == 0, ran + host.Log);

        // The folder is there already: this reset fails, and the device stays out.
        await File.WriteAllTextAsync(xid, "48");
        await host.Until(async () => (await RemediesOf(host)).Cases is [{ State: "failed", Xid: 48 }, ..], "the second reset did not fail");
        Assert.Contains("mkdir ended with 1", (await RemediesOf(host)).Cases[0].Because, StringComparison.Ordinal);
        Assert.Contains("failed", (await host.Factoryctl("get", "hall", "-o", "json")).Output + (await host.Factoryctl("events", "--count", "50")).Output, StringComparison.OrdinalIgnoreCase);
    }

    private Task<RemediesResponse> Remedies() => RemediesOf(_host);

    private static Task<RemediesResponse> RemediesOf(RunningHost host) => host.Get<RemediesResponse>("/v1/halls/hall-a/remedies");
}
