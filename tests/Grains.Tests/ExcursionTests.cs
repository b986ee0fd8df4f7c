using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Decisions;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>What a hall does when more is drawn than may be, and how it books more where less is drawn.</summary>
public class ExcursionTests
{
    private static readonly PowerDomainId Feed = new("hall-a-feed");

    // Four racks draw 81.6 kW idle; eight leased GPUs add 4.9 kW at their full limit.
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
        await AllDecisionsComeOutTheSame(factory);
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
        await AllDecisionsComeOutTheSame(factory);
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

        var peak = await WatchAsync(factory, async () => (await factory.JobAsync("hot-3")).Phase == JobPhase.Waiting, "nobody was paused");
        Assert.Contains("last checkpoint", (await factory.JobAsync("hot-3")).Last!.Message, StringComparison.Ordinal);
        Assert.True(peak <= Watts.FromKilowatts(100), $"{peak}");
        peak = await WatchAsync(factory, async () => !(await Power(factory)).IsFailsafeOn, "armed caps were not released");
        Assert.True(peak <= Watts.FromKilowatts(100), $"{peak}");
        Assert.Equal(JobPhase.Running, (await factory.JobAsync("hot-0")).Phase);
        var power = await Power(factory);
        Assert.True(power.BookedOver < 1 && power.Committed <= power.Limit, $"{power}");
        await AllDecisionsComeOutTheSame(factory);
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

    private static async Task AllDecisionsComeOutTheSame(TestFactory factory)
    {
        var last = (await factory.HallAsync()).Sequence;
        for (var sequence = 1L; sequence <= last; sequence++)
        {
            var replayed = await factory.Grains.Decisions(new HallId("hall-a")).Replay(sequence);
            Assert.True(replayed!.Same, $"{sequence}: {replayed.Kind} {replayed.Recorded} | {replayed.Derived}");
        }
    }
}
