using System.Net;
using System.Net.Http.Json;

namespace ControlPlane.Host.Tests;

/// <summary>factoryctl change: what is staged, what it would come to, and what it does once it is activated.</summary>
public class ChangeCommandTests(CommandTests.Fixture fixture) : IClassFixture<CommandTests.Fixture>
{
    private const string Queue = "{apiVersion: factory/v1, kind: Queue, metadata: {name: %}, spec: {quotaGpus: 4}}";

    private readonly RunningHost _host = fixture.Host;

    [Fact]
    public async Task A_change_is_staged_validated_activated_and_remembered()
    {
        var created = await Create("expansion", Queue.Replace("%", "night", StringComparison.Ordinal));
        Assert.True(created.Code == 0 && created.Output.Contains("Queue/night created (staged)", StringComparison.Ordinal), created.ToString());
        Assert.Equal(1, (await _host.Factoryctl("get", "Queue", "night")).Code);

        var validated = await _host.Factoryctl("change", "validate", "expansion");
        Assert.True(validated.Code == 0 && validated.Output.Contains("Queue/night created (staged)", StringComparison.Ordinal), validated.ToString());
        Assert.Contains("expansion  ", (await _host.Factoryctl("change", "list")).Output, StringComparison.Ordinal);

        var activated = await _host.Factoryctl("change", "activate", "expansion");
        Assert.True(activated.Code == 0 && activated.Output.Contains("Queue/night created", StringComparison.Ordinal), activated.ToString());
        Assert.Equal(0, (await _host.Factoryctl("get", "Queue", "night")).Code);
        Assert.Equal(activated.Output, (await _host.Factoryctl("change", "activate", "expansion")).Output);
        Assert.Equal(1, (await _host.Factoryctl("change", "discard", "expansion")).Code);
    }

    [Fact]
    public async Task Another_change_of_the_same_name_needs_to_be_told_so()
    {
        Assert.Equal(0, (await Create("twice", Queue.Replace("%", "one", StringComparison.Ordinal))).Code);
        Assert.Equal(0, (await Create("twice", Queue.Replace("%", "one", StringComparison.Ordinal))).Code);
        var other = await Create("twice", Queue.Replace("%", "two", StringComparison.Ordinal));
        Assert.True(other.Code == 1 && other.Errors.Contains("replace or discard it", StringComparison.Ordinal), other.ToString());
        Assert.Contains("Queue/two created", (await Create("twice", Queue.Replace("%", "two", StringComparison.Ordinal), "--replace")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _host.Factoryctl("change", "discard", "twice")).Code);
        Assert.Equal(1, (await _host.Factoryctl("change", "validate", "twice")).Code);
    }

    [Fact]
    public async Task What_cannot_be_activated_now_is_kept_with_the_reason_and_what_cannot_be_read_is_not()
    {
        var early = await Create("early", "{apiVersion: factory/v1, kind: Queue, metadata: {name: child}, spec: {parent: nobody}}");
        Assert.True(early.Code == 1 && early.Errors.Contains("nobody", StringComparison.Ordinal), early.ToString());
        Assert.Equal(2, (await _host.Factoryctl("change", "activate", "early")).Code);
        Assert.Contains("early", (await _host.Factoryctl("change", "list")).Output, StringComparison.Ordinal);

        var wrong = await Create("wrong", "{apiVersion: factory/v1, kind: Queue, metadata: {name: q}, spec: {quotaGpus: -4}}");
        Assert.True(wrong.Code == 2 && wrong.Errors.Contains("change.yaml:1:", StringComparison.Ordinal), wrong.ToString());
        Assert.Equal(2, (await _host.Factoryctl("change", "create", "empty")).Code);
        Assert.Equal(2, (await Create("No Name", Queue)).Code);
        Assert.DoesNotContain("wrong", (await _host.Factoryctl("change", "list")).Output, StringComparison.Ordinal);
        var unknown = await _host.Factoryctl("change", "create", "gone", "--remove", "Queue/never");
        Assert.True(unknown.Code == 1 && unknown.Errors.Contains("Queue/never: is not declared", StringComparison.Ordinal), unknown.ToString());
    }

    [Theory]
    [InlineData("""{"files": [null]}""")]
    [InlineData("""{"files": [], "removed": [null]}""")]
    [InlineData("""{"removed": ["Queue/a"]}""")]
    [InlineData("""{"files": [{"name": "a"}]}""")]
    public async Task A_request_with_gaps_is_refused(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await _host.Http.PutAsync("/v1/changes/gaps", content);
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, await response.Content.ReadAsStringAsync());
    }

    private async Task<Ended> Create(string name, string manifest, params string[] more)
    {
        var folder = Directory.CreateTempSubdirectory("factory-change-");
        try
        {
            var file = Path.Combine(folder.FullName, "change.yaml");
            await File.WriteAllTextAsync(file, manifest);
            return await _host.Factoryctl(["change", "create", name, "-f", file, .. more]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
