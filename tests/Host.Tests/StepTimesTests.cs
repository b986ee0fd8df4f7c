using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>Step times that a job reports of its ranks.</summary>
public class StepTimesTests(CommandTests.Fixture fixture) : IClassFixture<CommandTests.Fixture>
{
    private readonly RunningHost _host = fixture.Host;

    [Fact]
    public async Task A_straggler_is_named_and_times_that_cannot_be_are_refused_by_rank()
    {
        await Manifest.Use("apiVersion: factory/v1\nkind: Job\nmetadata: {name: stepping}\nspec:\n  queue: research\n  tasks: [{gpus: 8, gpuModels: [H100-SXM5-80GB]}]\n  simulated: {duration: 30d}\n", async file =>
            Assert.Equal(0, (await _host.Factoryctl("submit", "-f", file)).Code));
        foreach (var (body, field) in ((string, string)[])[
            ("""{}""", "seconds"), ("""{"seconds": {}}""", "seconds"), ("""{"seconds": {"0": 0}}""", "seconds.0"), ("""{"seconds": {"-1": 1}}""", "seconds"),
            ("""{"seconds": {"a": 1}}""", "seconds"), ("""{"seconds": {"8": 1}}""", "seconds")])
        {
            using var refused = await Post("stepping", body);
            var error = JsonSerializer.Deserialize<ErrorResponse>(await refused.Content.ReadAsStringAsync(), JsonSerializerOptions.Web)!;
            Assert.Equal((HttpStatusCode.BadRequest, field), (refused.StatusCode, Assert.Single(error.Errors).Field));
        }
        StepTimesResponse? answer = null;
        for (var report = 0; report < 3; report++)
        {
            using var taken = await Post("stepping", """{"seconds": {"0": 1, "1": 1, "2": 1, "5": 1.2}}""");
            answer = await taken.Content.ReadFromJsonAsync<StepTimesResponse>();
        }
        Assert.Equal([5], answer!.Stragglers);
        Assert.Contains("rank 5 on h100-", (await _host.Factoryctl("why", "stepping")).Output, StringComparison.Ordinal);
        using var nobody = await Post("nobody", """{"seconds": {"0": 1}}""");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        await _host.Factoryctl("cancel", "stepping");
    }

    private async Task<HttpResponseMessage> Post(string job, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _host.Http.PostAsync($"/v1/jobs/{job}/steps", content);
    }
}
