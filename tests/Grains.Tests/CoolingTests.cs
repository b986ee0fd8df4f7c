using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Racks;
using ControlPlane.Scheduling;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>What a hall does when racks grow hot or cooling is lost.</summary>
public class CoolingTests
{
    private static readonly HallId Hall = new("hall-a");
    private static readonly CoolingLoopId Air = new("hall-a-air");

    [Fact]
    public async Task A_rack_that_is_about_to_throttle_takes_nothing_new_until_it_is_cool_again()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        await factory.SubmitAsync("first", Job(seconds: 3000));
        var first = await factory.RunUntilAsync("first", JobPhase.Running);
        var hot = new RackId(first.Last!.Gpus[0].Value[..^7]);
        await SupplyAsync(factory, hot, 50, async () => await IsOpenAsync(factory, hot) == false);

        await factory.SubmitAsync("second", Job(seconds: 3000));
        var second = await factory.RunUntilAsync("second", JobPhase.Running);
        Assert.DoesNotContain(second.Last!.Gpus, gpu => gpu.Value.StartsWith(hot.Value, StringComparison.Ordinal));
        Assert.Equal(JobPhase.Running, (await factory.JobAsync("first")).Phase);
        Assert.Contains("is hot", (await factory.HallAsync()).Racks.First(rack => rack.Rack == hot).Closed[0].Because, StringComparison.Ordinal);
        await SupplyAsync(factory, hot, 20, async () => await IsOpenAsync(factory, hot));
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task Where_a_loop_is_lost_the_lowest_caps_hold_and_jobs_leave_at_their_next_checkpoint_until_it_is_back()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        await factory.SubmitAsync("saves", Job(seconds: 120, checkpoint: 10));
        await factory.SubmitAsync("stays", Job(seconds: 600) with { Preemptible = false });
        await factory.RunUntilAsync("saves", JobPhase.Running);
        await factory.RunUntilAsync("stays", JobPhase.Running);

        Assert.Null(await factory.Grains.Hall(Hall).SetLoopLost(Air, true, "pump"));
        await factory.RunUntilAsync(async () => (await factory.HallAsync()).Racks.All(rack => rack.IsFailsafeOn && rack.Observed!.Value.Value < 24_000), () => "the lowest caps do not hold", TimeSpan.FromSeconds(3));
        await factory.RunUntilAsync("saves", JobPhase.Waiting, TimeSpan.FromSeconds(40));
        Assert.Contains("carries no heat", (await factory.JobAsync("saves")).Last!.Message, StringComparison.Ordinal);
        Assert.Equal(JobPhase.Running, (await factory.JobAsync("stays")).Phase);

        Assert.Null(await factory.Grains.Hall(Hall).SetLoopLost(Air, false, "repaired"));
        await factory.RunUntilAsync(async () => !(await factory.HallAsync()).Racks.Any(rack => rack.IsFailsafeOn), () => "caps are not released", TimeSpan.FromMinutes(2));
        await factory.RunUntilAsync("saves", JobPhase.Succeeded);
        await factory.RunUntilAsync("stays", JobPhase.Succeeded, TimeSpan.FromHours(1));
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task A_lost_loop_and_the_caps_that_hold_for_it_outlive_the_hall()
    {
        var storage = new TestStorage();
        await using (var first = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage, Configure = settings => settings.SnapshotEvery = 16 }, TestHall.Named().With("DGX-H100-x4", 1, "h100")))
        {
            Assert.Null(await first.Grains.Hall(Hall).SetLoopLost(Air, true, "pump"));
            for (var number = 0; number < 20; number++)
                await first.SubmitAsync($"waits-{number}", Job(seconds: 60)); // Enough entries for a snapshot.
            await first.RunUntilAsync(async () => (await first.HallAsync()).Waiting == 20, () => "they do not wait");
        }
        await using var second = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage });
        await second.Grains.Factory().Wake();
        await second.RunUntilAsync(async () => (await second.HallAsync()).Racks.All(rack => rack.IsFailsafeOn && rack.LastReport is not null), () => "the caps are forgotten");
        Assert.True((await second.HallAsync()).Cooling.First(loop => loop.Loop == Air).IsLost);
        Assert.Null(await second.Grains.Hall(Hall).SetLoopLost(Air, false, ""));
        await second.RunUntilAsync("waits-0", JobPhase.Running, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_loop_that_does_not_exist_is_named()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        Assert.Equal("Hall hall-a has no cooling loop cdu-9.", await factory.Grains.Hall(Hall).SetLoopLost(new CoolingLoopId("cdu-9"), true, ""));
    }

    private static JobSpec Job(double seconds, double checkpoint = 0)
    {
        var job = TestJobs.Gang(gpus: 8, seconds: seconds);
        return job with { Work = ((SimulatedWork)job.Work) with { Utilisation = 1, CheckpointEvery = TimeSpan.FromSeconds(checkpoint) } };
    }

    // The building says again and again what it supplies, until something has come of it.
    private static Task SupplyAsync(TestFactory factory, RackId rack, double celsius, Func<Task<bool>> until) => factory.RunUntilAsync(
        async () =>
        {
            await factory.Grains.Rack(rack).ObserveBuilding(new BuildingReading(null, celsius, null, false, factory.Clock.GetUtcNow()));
            return await until();
        },
        () => $"nothing came of {celsius} C", TimeSpan.FromMinutes(10));

    private static async Task<bool> IsOpenAsync(TestFactory factory, RackId rack) =>
        (await factory.HallAsync()).Racks.First(view => view.Rack == rack).Closed.Count == 0;
}
