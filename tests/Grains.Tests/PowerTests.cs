using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Power;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>What becomes of running jobs when a feed is to carry less, and when it may carry more again.</summary>
public class PowerTests
{
    private static readonly PowerDomainId Feed = new("hall-a-feed");

    [Fact]
    public async Task A_lowered_limit_slows_flexible_jobs_and_is_in_force_once_every_rack_has_confirmed()
    {
        await using var factory = await Started(600);
        var flexible = await factory.JobAsync("flexible");
        var before = (await Power(factory)).Committed;
        var asked = before - Watts.FromWatts(32 * 150);

        var answer = await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(Feed, asked);
        Assert.Equal(asked, answer.Requested);
        // Until racks confirm, what may still be drawn is what counts.
        Assert.Equal(before, answer.InForce);
        await factory.RunUntilAsync(async () => (await Power(factory)).Limit == asked, () => "the limit did not come into force", TimeSpan.FromSeconds(30));
        var after = await Power(factory);
        Assert.True(after.Committed <= asked, $"{after.Committed} of {asked}");
        await factory.RunUntilAsync(async () => (await Power(factory)).Observed <= asked, () => "more is drawn", TimeSpan.FromSeconds(30));
        Assert.Contains("75 % of its power limit", (await factory.JobAsync("flexible")).Last!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("power limit", (await factory.JobAsync("fixed")).Last!.Message, StringComparison.Ordinal);
        Assert.Equal(flexible.Last!.StartedAt, (await factory.JobAsync("flexible")).Last!.StartedAt);

        var fixedEnd = (await factory.RunUntilAsync("fixed", JobPhase.Succeeded)).Last!.EndedAt!.Value;
        var slowEnd = (await factory.RunUntilAsync("flexible", JobPhase.Succeeded)).Last!.EndedAt!.Value;
        Assert.True(slowEnd > fixedEnd + TimeSpan.FromSeconds(2), $"{slowEnd - fixedEnd}");
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task When_the_limit_is_lifted_jobs_draw_more_again_step_by_step()
    {
        await using var factory = await Started(600);
        var before = (await Power(factory)).Committed;
        await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(Feed, before - Watts.FromWatts(32 * 250));
        await factory.RunUntilAsync(async () => (await Power(factory)).Committed < before - Watts.FromWatts(32 * 250), () => "nothing was lowered", TimeSpan.FromSeconds(30));
        Assert.Contains("50 %", (await factory.JobAsync("flexible")).Last!.Message, StringComparison.Ordinal);

        await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(Feed, null);
        await factory.RunUntilAsync(async () => (await Power(factory)).Committed == before, () => "nothing was raised", TimeSpan.FromSeconds(60));
        Assert.Contains("full power limit again", (await factory.JobAsync("flexible")).Last!.Message, StringComparison.Ordinal);
        await factory.RunUntilAsync("flexible", JobPhase.Succeeded);
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task A_load_target_of_the_grid_slows_flexible_jobs_until_it_is_withdrawn()
    {
        await using var factory = await Started(600);
        var before = (await Power(factory)).Committed;
        var (asked, now) = (before - Watts.FromWatts(32 * 150), factory.Clock.GetUtcNow());
        var target = new FeedTarget("target-1", asked, now, now.AddMinutes(30), false);
        await factory.Grains.Power(new HallId("hall-a"), Feed).Follow([target]);
        await factory.RunUntilAsync(async () => (await Power(factory)).Limit == asked, () => "the target is not in force", TimeSpan.FromMinutes(1));
        Assert.True((await Power(factory)).Committed <= asked);
        Assert.Contains("75 % of its power limit", (await factory.JobAsync("flexible")).Last!.Message, StringComparison.Ordinal);

        await factory.Grains.Power(new HallId("hall-a"), Feed).Follow([]);
        await factory.RunUntilAsync(async () => (await Power(factory)).Committed == before, () => "nothing was raised", TimeSpan.FromMinutes(2));
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task A_job_that_accepts_one_limit_only_is_left_alone_and_the_old_limit_stays_in_force()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.SubmitAsync("fixed", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 30));
        await factory.RunUntilAsync("fixed", JobPhase.Running);
        var before = (await Power(factory)).Committed;
        var asked = before - Watts.FromWatts(1000);
        await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(Feed, asked);
        await factory.RunUntilAsync("fixed", JobPhase.Succeeded);
        await factory.RunUntilAsync(async () => (await Power(factory)).Limit == asked, () => "the limit did not follow", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_job_that_lacks_power_starts_once_flexible_ones_of_no_higher_priority_draw_less()
    {
        // Two racks draw 40.8 kW idle; 32 leases of an H100 add 19.7 kW.
        await using var factory = await TestFactory.StartAsync(TestHall.Named().Feed("72kW").With("DGX-H100-x4", 2, "h100"));
        await factory.SubmitAsync("flexible", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 200) with { PowerPercents = [100, 75, 50] });
        await factory.RunUntilAsync("flexible", JobPhase.Running);
        await factory.SubmitAsync("less", TestJobs.Gang(tasks: 3, gpus: 8, seconds: 20, priority: 50));
        await factory.RunUntilAsync(async () => (await factory.JobAsync("less")).Last!.Message.Contains("Power domain", StringComparison.Ordinal), () => "it waits for something else");
        var more = TestJobs.Gang(tasks: 3, gpus: 8, seconds: 20, priority: 200);
        var plan = await factory.Grains.Hall(new HallId("hall-a")).Plan(new JobId("more"), more);
        Assert.Equal(("lower", 0), (plan.Outcome, plan.Evicted.Count));
        Assert.Contains("flexible at", plan.Message, StringComparison.Ordinal);
        await factory.SubmitAsync("more", more);
        await factory.RunUntilAsync("more", JobPhase.Running, TimeSpan.FromSeconds(60));
        Assert.Equal(JobPhase.Waiting, (await factory.JobAsync("less")).Phase);
        Assert.Contains("% of its power limit", (await factory.JobAsync("flexible")).Last!.Message, StringComparison.Ordinal);
        await factory.RunUntilAsync("less", JobPhase.Succeeded, TimeSpan.FromMinutes(20));
        await factory.RunUntilAsync("flexible", JobPhase.Succeeded, TimeSpan.FromMinutes(20));
        await factory.AllDecisionsComeOutTheSame();
    }

    private static async Task<TestFactory> Started(int seconds)
    {
        var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        await factory.SubmitAsync("fixed", TestJobs.Gang(tasks: 4, gpus: 8, seconds: seconds));
        await factory.SubmitAsync("flexible", TestJobs.Gang(tasks: 4, gpus: 8, seconds: seconds) with { PowerPercents = [100, 75, 50] });
        await factory.RunUntilAsync("fixed", JobPhase.Running);
        await factory.RunUntilAsync("flexible", JobPhase.Running);
        return factory;
    }

    private static async Task<Placement.PowerView> Power(TestFactory factory) =>
        (await factory.HallAsync()).Power.First(domain => domain.Domain == Feed);
}
