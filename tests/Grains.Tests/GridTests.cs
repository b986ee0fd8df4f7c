using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>What a load target would do is what it then does, and the feed's minutes tell how it was kept.</summary>
public class GridTests
{
    private static readonly PowerDomainId Feed = new("hall-a-feed");

    [Fact]
    public async Task A_plan_changes_nothing_comes_true_and_the_meter_tells_it_minute_by_minute()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        var hall = factory.Grains.Hall(new HallId("hall-a"));
        await factory.SubmitAsync("percents", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 2000) with { PowerPercents = [100, 75, 50] });
        await factory.SubmitAsync("tier", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 2000) with { Flexibility = 25 });
        await factory.RunUntilAsync("percents", JobPhase.Running);
        await factory.RunUntilAsync("tier", JobPhase.Running);
        var started = factory.Clock.GetUtcNow();
        await Past(factory, started.AddMinutes(3));

        var before = (await factory.HallAsync()).Power.First(power => power.Domain == Feed).Committed;
        var limit = before - Watts.FromKilowatts(8);
        var sequence = (await factory.HallAsync()).Sequence;
        var plan = (await hall.PlanTarget(Feed, limit))!;
        Assert.True(plan.Committed == before && plan.After <= limit);
        Assert.Equal(before - plan.After, plan.Jobs.Aggregate(Watts.Zero, (sum, job) => sum + job.Freed));
        Assert.All(plan.Jobs, job => Assert.True(job is { From: 100, Gpus: 32, Speed: > 0.6 and < 1 }, job.ToString()));
        Assert.Contains(plan.Jobs, job => job.Tier == "flexibility 25" && job.Speed >= 0.75);
        Assert.True((await hall.PlanTarget(Feed, Watts.FromKilowatts(10)))!.After > Watts.FromKilowatts(10));
        Assert.Null(await hall.PlanTarget(new PowerDomainId("nowhere"), limit));
        Assert.Equal(sequence, (await factory.HallAsync()).Sequence);

        await hall.SetPowerLimit(Feed, limit);
        await factory.RunUntilAsync(async () => (await factory.HallAsync()).Power.First(power => power.Domain == Feed).Committed == plan.After, () => "the plan did not come true");
        foreach (var job in plan.Jobs)
            Assert.Equal(job.To, (await factory.JobAsync(job.Job.Value)).Last!.PowerPercent);
        var from = factory.Clock.GetUtcNow();
        await Past(factory, from.AddMinutes(4));
        var minutes = await hall.Metered(Feed, started, from.AddHours(1));
        Assert.True(minutes.Count >= 6, $"{minutes.Count}");
        Assert.Null(minutes[0].Asked);
        // On a busy machine a reading may come late, and its minute is an estimate: the newest that is none counts.
        var kept = minutes.LastOrDefault(minute => minute.Asked == limit && !minute.IsEstimate);
        Assert.True(kept is not null && kept.Mean <= limit && kept.Mean < minutes[1].Mean, string.Join("; ", minutes));
    }

    private static Task Past(TestFactory factory, DateTimeOffset instant) =>
        factory.RunUntilAsync(() => Task.FromResult(factory.Clock.GetUtcNow() >= instant), () => "time stands still");
}
