using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>What a hall does when more is drawn than may be, and how it books more where less is drawn.</summary>
public class ExcursionTests
{
    private static readonly PowerDomainId Feed = new("hall-a-feed");

    // Four racks draw 83.7 kW idle; eight leased GPUs add 4.9 kW at their full limit.
    private static TestHall FourRacks(string feed, double oversubscription = 1) =>
        TestHall.Named().Feed(feed, oversubscription).With("DGX-H100-x4", 4, "h100");

    [Fact]
    public async Task An_emergency_fires_the_armed_caps_and_releases_them_once_flexible_jobs_draw_less()
    {
        await using var factory = await TestFactory.StartAsync(FourRacks("10MW"));
        await RunAsync(factory, 1, utilisation: 1, "fixed", priority: 200);
        await RunAsync(factory, 3, utilisation: 1, "flexible", priority: 100, percents: [100, 75, 50]);
        await factory.RunUntilAsync(async () => (await Power(factory)).Observed > Watts.FromKilowatts(100), () => "too little is drawn");
        var asked = (await Power(factory)).Observed - Watts.FromWatts(3000);

        await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(Feed, asked, LimitUrgency.Emergency);
        var peak = await WatchAsync(factory, async () => (await factory.HallAsync()).Racks.All(rack => rack.IsFailsafeOn), "armed caps were not fired");
        Assert.True((await Power(factory)).IsFailsafeOn);
        await factory.RunUntilAsync(async () => (await Power(factory)).Observed <= asked, () => "more is drawn than the armed caps allow", TimeSpan.FromSeconds(5));
        peak = await WatchAsync(factory, async () => !(await factory.HallAsync()).Racks.Any(rack => rack.IsFailsafeOn), "armed caps were not released");
        Assert.True(peak <= asked, $"{peak} drawn of {asked}");
        peak = await WatchAsync(factory, async () => (await Power(factory)).Observed > asked * 0.9, "what was released is not used");
        Assert.True(peak <= asked, $"{peak} drawn of {asked}");
        Assert.Contains("power limit", (await factory.JobAsync("flexible-1")).Last!.Message, StringComparison.Ordinal);
        Assert.Equal(JobPhase.Running, (await factory.JobAsync("fixed-0")).Phase);
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task Where_less_is_drawn_than_booked_more_is_booked_and_a_waiting_job_starts()
    {
        await using var factory = await TestFactory.StartAsync(FourRacks("100kW", 1.3));
        await RunAsync(factory, 3, utilisation: 0.4, "cool", priority: 100);
        await factory.SubmitAsync("more", Job(0.4, 100, []));
        await factory.RunUntilAsync(async () => (await factory.JobAsync("more")).Last!.Message.Contains("Power domain", StringComparison.Ordinal), () => "it waits for something else");
        await factory.RunUntilAsync("more", JobPhase.Running, TimeSpan.FromMinutes(5));
        var power = await Power(factory);
        Assert.True(power.BookedOver > 1 && power.Committed > power.Limit && power.Observed < power.Limit, $"{power}");
        Assert.True(power.BookedOver <= 1.3);
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task Without_readings_no_more_is_booked_than_may_be_drawn()
    {
        await using var factory = await TestFactory.StartAsync(FourRacks("100kW", 1.3));
        await RunAsync(factory, 3, utilisation: 0.4, "cool", priority: 100);
        await factory.RunUntilAsync(async () => (await Power(factory)).BookedOver > 1.04, () => "no more is booked", TimeSpan.FromMinutes(5));
        factory.SetGpuFailed("h100-04-n03-g7");
        await factory.RunUntilAsync(async () => (await Power(factory)) is { BookedOver: 1, IsEstimate: true }, () => "the booking stays", TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task When_work_that_draws_more_follows_jobs_are_paused_lowest_first_and_no_second_stays_above_the_limit()
    {
        await using var factory = await TestFactory.StartAsync(FourRacks("100kW", 1.3));
        await RunAsync(factory, 3, utilisation: 0.4, "cool", priority: 100, seconds: 200);
        await factory.RunUntilAsync(async () => (await Power(factory)).BookedOver > 1.05, () => "no more is booked", TimeSpan.FromMinutes(3));
        for (var number = 0; number < 4; number++)
            await factory.SubmitAsync($"hot-{number}", Job(1, 200 - (10 * number), []));
        await factory.RunUntilAsync(async () => (await Power(factory)).IsFailsafeOn, () => "armed caps were not fired", TimeSpan.FromMinutes(5));
        await factory.RunUntilAsync(async () => (await Power(factory)).Observed < Watts.FromKilowatts(99), () => "armed caps do not hold", TimeSpan.FromSeconds(3));

        var peak = await WatchAsync(factory, async () => (await HotAsync(factory, IsPaused)).Count > 0, "nobody was paused");
        Assert.Equal((await HotAsync(factory, job => job.Last!.Attempts > 0))[^1], Assert.Single(await HotAsync(factory, IsPaused)));
        Assert.True(peak <= Watts.FromKilowatts(100), $"{peak}");
        peak = await WatchAsync(factory, async () => !(await Power(factory)).IsFailsafeOn, "armed caps were not released");
        Assert.True(peak <= Watts.FromKilowatts(100), $"{peak}");
        Assert.Equal(JobPhase.Running, (await factory.JobAsync("hot-0")).Phase);
        var power = await Power(factory);
        Assert.True(power.BookedOver < 1 && power.Committed <= power.Limit, $"{power}");
        await factory.AllDecisionsComeOutTheSame();
    }

    [Theory]
    [InlineData(50_000, "less than the 83.71 kW")]
    [InlineData(101_000, "more than the 100 kW")]
    public async Task A_limit_that_cannot_be_kept_is_refused_and_the_one_in_force_stays(double watts, string because)
    {
        await using var factory = await TestFactory.StartAsync(FourRacks("100kW"));
        var power = factory.Grains.Power(new HallId("hall-a"), Feed);
        await power.SetLimit(Feed, Watts.FromKilowatts(95), "test");
        var answer = await power.SetLimit(Feed, Watts.FromWatts(watts), "test", LimitUrgency.Emergency);
        Assert.Contains(because, answer.Objection!.Problem, StringComparison.Ordinal);
        Assert.Equal(Watts.FromKilowatts(95), (await Power(factory)).Limit);
        Assert.Equal(Watts.FromKilowatts(95), Assert.Single(await power.Get()).Limit);
    }

    private static bool IsPaused(JobRecord job) =>
        job.Phase == JobPhase.Waiting && job.Last!.Message.Contains("paused at its last checkpoint", StringComparison.Ordinal);

    // Those of the hot jobs that are so, highest priority first.
    private static async Task<List<string>> HotAsync(TestFactory factory, Predicate<JobRecord> are)
    {
        var found = new List<string>();
        for (var number = 0; number < 4; number++)
        {
            if (are(await factory.JobAsync($"hot-{number}")))
                found.Add($"hot-{number}");
        }
        return found;
    }

    private static JobSpec Job(double utilisation, int priority, ValueList<int> percents, double seconds = 3000)
    {
        var job = TestJobs.Gang(gpus: 8, seconds: seconds, priority: priority) with { PowerPercents = percents };
        return job with { Work = ((SimulatedWork)job.Work) with { Utilisation = utilisation, CheckpointEvery = TimeSpan.FromSeconds(10) } };
    }

    private static async Task RunAsync(TestFactory factory, int jobs, double utilisation, string name, int priority, ValueList<int> percents = default, double seconds = 3000)
    {
        for (var number = 0; number < jobs; number++)
            await factory.SubmitAsync($"{name}-{number}", Job(utilisation, priority, percents, seconds));
        for (var number = 0; number < jobs; number++)
            await factory.RunUntilAsync($"{name}-{number}", JobPhase.Running);
    }

    // The most that was drawn at any second until then.
    private static async Task<Watts> WatchAsync(TestFactory factory, Func<Task<bool>> until, string otherwise)
    {
        var peak = Watts.Zero;
        await factory.RunUntilAsync(
            async () =>
            {
                var drawn = (await Power(factory)).Observed;
                peak = drawn > peak ? drawn : peak;
                return await until();
            },
            () => otherwise, TimeSpan.FromMinutes(5));
        return peak;
    }

    private static async Task<PowerView> Power(TestFactory factory) =>
        (await factory.HallAsync()).Power.First(domain => domain.Domain == Feed);
}
