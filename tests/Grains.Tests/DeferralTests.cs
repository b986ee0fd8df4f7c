using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Jobs that may wait, and the grid's signal.</summary>
public class DeferralTests
{
    private static readonly HallId Hall = new("hall-a");

    [Fact]
    public async Task A_job_that_may_wait_starts_with_the_cheap_window_and_others_at_once()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var now = factory.Clock.GetUtcNow();
        await factory.Grains.Hall(Hall).SetSignal(Prices(now, 90, 90, 20, 60));
        var plan = await factory.Grains.Hall(Hall).Plan(new JobId("later"), Job(now.AddMinutes(3)));
        Assert.Equal(("wait", now.AddMinutes(2)), (plan.Outcome, plan.StartsAt));
        Assert.Equal(SubmitOutcome.Accepted, (await factory.SubmitAsync("later", Job(now.AddMinutes(3)))).Outcome);
        await factory.SubmitAsync("now", TestJobs.Gang(seconds: 20));
        var why = await factory.Grains.Hall(Hall).Why(new JobId("later"));
        Assert.Contains("It waits for the cheap window beginning at 2026-01-01 00:02:0", why, StringComparison.Ordinal);
        Assert.Contains(", at the latest 2026-01-01 00:03:0", why, StringComparison.Ordinal);
        Assert.Contains("20 a MWh in the mean of its run, instead of 90 a MWh", why, StringComparison.Ordinal);
        Assert.Equal(1, (await factory.HallAsync()).Waiting - ((await factory.JobAsync("now")).Phase == JobPhase.Waiting ? 1 : 0));

        await factory.RunUntilAsync("now", JobPhase.Succeeded);
        Assert.Equal(JobPhase.Waiting, (await factory.JobAsync("later")).Phase);
        var later = await factory.RunUntilAsync("later", JobPhase.Running);
        Assert.InRange(later.Last!.StartedAt!.Value, now.AddMinutes(2), now.AddMinutes(2).AddSeconds(5));
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task Once_the_signal_is_withdrawn_or_another_comes_the_job_is_put_off_anew_or_starts()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var now = factory.Clock.GetUtcNow();
        await factory.Grains.Hall(Hall).SetSignal(Prices(now, 90, 90, 90, 90, 20, 60));
        await factory.SubmitAsync("later", Job(now.AddMinutes(5)));
        Assert.Equal(1, await factory.Grains.Hall(Hall).SetSignal(Prices(now, 90, 90, 20, 60, 60, 60)));
        Assert.Contains("00:02:0", await factory.Grains.Hall(Hall).Why(new JobId("later")), StringComparison.Ordinal);
        Assert.Equal(0, await factory.Grains.Hall(Hall).SetSignal(null));
        Assert.Null(await factory.Grains.Hall(Hall).Signal());
        var started = await factory.RunUntilAsync("later", JobPhase.Running);
        Assert.True(started.Last!.StartedAt < now.AddMinutes(1), $"{started.Last.StartedAt}");
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task A_job_that_is_put_off_outlives_the_hall_and_can_be_cancelled()
    {
        var storage = new TestStorage();
        var now = DateTimeOffset.MinValue;
        await using (var first = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage, Configure = settings => settings.SnapshotEvery = 16 }, TestHall.Named().With("DGX-H100-x4", 1, "h100")))
        {
            now = first.Clock.GetUtcNow();
            await first.Grains.Hall(Hall).SetSignal(Prices(now, 90, 90, 20, 60));
            await first.SubmitAsync("later", Job(now.AddMinutes(3)));
            await first.SubmitAsync("never", Job(now.AddMinutes(3)));
            for (var job = 0; job < 10; job++)
                await first.SubmitAsync($"short-{job}", TestJobs.Gang(seconds: 1));
            await first.RunUntilAsync(async () => (await first.HallAsync()) is { Ended: 10, Running: 0 }, () => "short jobs did not end");
            await first.RunUntilAsync(() => Task.FromResult(first.Clock.GetUtcNow() > now.AddSeconds(20)), () => "time stands still");
            Assert.Equal(JobPhase.Cancelled, (await first.Grains.Job(new JobId("never")).Cancel())!.Phase);
        }
        await using var second = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage });
        Assert.Equal(JobPhase.Waiting, (await second.JobAsync("later")).Phase);
        var later = await second.RunUntilAsync("later", JobPhase.Running);
        Assert.True(later.Last!.StartedAt >= now.AddMinutes(2), $"{later.Last.StartedAt}");
    }

    private static JobSpec Job(DateTimeOffset startBy) => TestJobs.Gang(seconds: 30) with { Deferrable = true, StartBy = startBy };

    private static GridSignal Prices(DateTimeOffset from, params int[] minutes) =>
        new(SignalKind.Price, minutes.Select((price, minute) => new SignalPoint(from.AddMinutes(minute), price, null)).ToValueList());
}
