namespace ControlPlane.Host.Tests;

/// <summary>factoryctl limit and set loop: what operators say in an emergency, and what is refused.</summary>
public class PowerCommandTests(CommandTests.Fixture fixture) : IClassFixture<CommandTests.Fixture>
{
    private readonly RunningHost _host = fixture.Host;

    [Theory]
    [InlineData("9MW", "9 MW is more than the 384 kW that utility-a is rated for; ask for that at most")]
    [InlineData("1kW", "that the racks below utility-a draw without any job; ask for that at least")]
    [InlineData("much", "'much' is not a power; give a power such as 400kW")]
    public async Task A_limit_that_cannot_be_kept_is_refused(string limit, string message)
    {
        var refused = await _host.Factoryctl("limit", "utility-a", limit, "--emergency");
        Assert.True(refused.Code == 2 && refused.Errors.Contains(message, StringComparison.Ordinal), refused.ToString());
        Assert.Contains("The limit was not changed.", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_urgency_that_is_not_known_is_refused()
    {
        using var content = new StringContent("""{"limit": "300kW", "urgency": "now"}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _host.Http.PostAsync(new Uri("/v1/halls/hall-a/power/utility-a", UriKind.Relative), content);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("'now' is not an urgency", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_loop_fires_the_lowest_caps_of_its_racks_and_a_ready_one_lets_them_go()
    {
        var lost = await _host.Factoryctl("set", "loop", "cdu-1", "lost", "--reason", "pump");
        Assert.True(lost.Code == 0, lost.ToString());
        await _host.Until(async () => (await _host.Factoryctl("top")).Output is var top && top.Contains("caps fired", StringComparison.Ordinal) && top.Contains("lost", StringComparison.Ordinal), "the caps were not fired");
        var events = (await _host.Factoryctl("events", "--count", "1000")).Output;
        Assert.Contains("CoolingLoop/cdu-1", events, StringComparison.Ordinal);
        Assert.Contains("Carries no heat. pump", events, StringComparison.Ordinal);
        Assert.Equal(0, (await _host.Factoryctl("set", "loop", "cdu-1", "ready")).Code);
        await _host.Until(async () => !(await _host.Factoryctl("top")).Output.Contains("caps fired", StringComparison.Ordinal), "the caps were not let go");
        var unknown = await _host.Factoryctl("set", "loop", "cdu-9", "lost");
        Assert.True(unknown.Code == 1 && unknown.Errors.Contains("Hall hall-a has no cooling loop cdu-9", StringComparison.Ordinal), unknown.ToString());
        var wrong = await _host.Factoryctl("set", "loop", "cdu-1", "broken");
        Assert.True(wrong.Code == 2 && wrong.Errors.Contains("'broken' is not a state; use ready or lost", StringComparison.Ordinal), wrong.ToString());
    }
}
