using System.Net;
using System.Text;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>factoryctl link: readings of trunks in, what they come to out.</summary>
public class LinkCommandTests(CommandTests.Fixture fixture) : IClassFixture<CommandTests.Fixture>
{
    private const string Trunk = "fabric-a-leaf-02";

    private readonly RunningHost _host = fixture.Host;

    [Fact]
    public async Task A_reading_is_taken_and_shown_and_a_trunk_that_flaps_is_put_back_by_hand()
    {
        var read = await _host.Factoryctl("link", Trunk, "--carrier", "up", "--receive", "12.5", "--errors", "2");
        Assert.True(read.Code == 0 && read.Output.Contains("12.5 Gbit/s in, unknown out, 2 errors", StringComparison.Ordinal), read.ToString());
        await _host.Until(async () => (await Link()).ReceiveGbps == 12.5, "the hall does not show the reading");
        Assert.Contains("12.5 Gbit/s in, unknown out", (await _host.Factoryctl("top")).Output, StringComparison.Ordinal);
        Assert.Contains("carries 12.5 Gbit/s in", (await _host.Factoryctl("describe", "Fabric", "fabric-a")).Output, StringComparison.Ordinal);
        for (var fall = 0; fall < 3; fall++)
        {
            await _host.Factoryctl("link", Trunk, "--carrier", "down");
            await _host.Factoryctl("link", Trunk, "--carrier", "up");
        }
        Assert.Contains("It went down 3 times within 10 min", (await _host.Factoryctl("link", Trunk)).Output, StringComparison.Ordinal);
        Assert.False((await Link()).Up);
        Assert.Equal($"link {Trunk} up", (await _host.Factoryctl("set", "link", Trunk, "up", "--reason", "cable changed")).Output.Trim());
        Assert.True((await Link()).Up);
        Assert.Equal(1, (await _host.Factoryctl("link", "nowhere")).Code);
        Assert.Equal(1, (await _host.Factoryctl("link", "nowhere", "--carrier", "up")).Code);
    }

    [Theory]
    [InlineData("""{"receiveGbps": -1, "errors": -2}""", "receiveGbps: -1 is not what a trunk can carry", "errors: -2 is not a count")]
    [InlineData("""{"transmitGbps": 1e300}""", "transmitGbps", "0 to 1000000 Gbit/s")]
    [InlineData("""{"transmitGbps": NaN}""", "transmitGbps", "")]
    [InlineData("""{"transmitGbps": "fast"}""", "transmitGbps", "")]
    [InlineData("""{"received": 1}""", "received", "")]
    public async Task A_reading_that_cannot_be_is_refused_by_field(string body, string first, string second)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _host.Http.PostAsync("/v1/halls/hall-a/links/fabric-a-leaf-01/reading", content);
        var error = JsonSerializer.Deserialize<ErrorResponse>(await response.Content.ReadAsStringAsync(), JsonSerializerOptions.Web)!;
        var said = string.Join("; ", [error.Message, .. error.Errors.Select(one => $"{one.Field}: {one.Problem}; {one.Expected}")]);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True(said.Contains(first, StringComparison.Ordinal) && said.Contains(second, StringComparison.Ordinal), said);
        Assert.Null((await _host.Get<LinkStatusResponse>("/v1/halls/hall-a/links/fabric-a-leaf-01")).ReadAt);
    }

    [Theory]
    [InlineData("--receive", "NaN")]
    [InlineData("--transmit", "-1")]
    [InlineData("--carrier", "sideways")]
    public async Task A_wrong_option_is_exit_code_2(string option, string value) =>
        Assert.Equal(2, (await _host.Factoryctl("link", Trunk, option, value)).Code);

    private async Task<LinkResponse> Link() => (await _host.Get<HallResponse>("/v1/halls/hall-a")).Links.Single(link => link.Link == Trunk);
}
