using ControlPlane.Domain;
using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

public class FaultTests
{
    [Fact]
    public async Task After_a_restart_every_job_goes_on_and_none_runs_twice()
    {
        var storage = new TestStorage();
        await using (var before = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage }, TestHall.Named().With("DGX-H100-x4", 1, "h100")))
        {
            for (var number = 0; number < 6; number++)
                await before.SubmitAsync($"job-{number}", TestJobs.Gang(gpus: 8, seconds: 600));
            await before.RunUntilAsync("job-0", JobPhase.Running);
        }

        await using var after = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage });
        Assert.Equal(2, (await after.HallAsync()).Waiting);
        var first = await after.JobAsync("job-0");
        Assert.Equal((JobPhase.Running, 1), (first.Phase, first.Last!.Attempts));
        var gpu = await after.Grains.Gpu(first.Last.Gpus[0]).Get();
        Assert.Equal([new JobId("job-0")], gpu.Leases.Select(lease => lease.Job));
        for (var number = 0; number < 6; number++)
            await after.RunUntilAsync($"job-{number}", JobPhase.Succeeded, TimeSpan.FromHours(1));
        Assert.Equal(6, (await after.HallAsync()).Ended);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_ledger_write_loses_no_acknowledged_job_and_invents_none(bool acknowledgementLost)
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.SubmitAsync("known", TestJobs.Gang(gpus: 4, seconds: 1000));
        var fails = 1;
        void Fail(string state, GrainId grain)
        {
            if (state == "ledger-head" && Interlocked.Exchange(ref fails, 0) == 1)
                throw new IOException("the disk is full");
        }
        if (acknowledgementLost)
            factory.Storage.AfterWrite = Fail;
        else
            factory.Storage.BeforeWrite = Fail;

        SubmitAnswer? again = null;
        try
        {
            again = await factory.SubmitAsync("unlucky", TestJobs.Gang(gpus: 4, seconds: 1000));
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            // The write that failed was this job's own; it may also have been the other job's start.
        }

        await factory.RunUntilAsync(
            async () => (again = await factory.SubmitAsync("unlucky", TestJobs.Gang(gpus: 4, seconds: 1000))).Outcome == SubmitOutcome.Accepted,
            () => $"the job was not accepted again: {again}");
        await factory.RunUntilAsync("known", JobPhase.Running);
        Assert.Equal(0, fails);
        await factory.RunUntilAsync("unlucky", JobPhase.Running);
        var hall = await factory.HallAsync();
        Assert.Equal((24, 2), (hall.FreeGpus, hall.Running));
    }

    [Fact]
    public async Task Halls_and_jobs_of_killed_silos_go_on()
    {
        await using var factory = await TestFactory.StartAsync(
            new TestFactoryOptions { Silos = 3 },
            TestHall.Named("hall-a").With("DGX-H100-x4", 2, "a"), TestHall.Named("hall-b").With("DGX-H100-x4", 2, "b"));
        for (var number = 0; number < 12; number++)
            await factory.SubmitAsync($"job-{number}", TestJobs.Gang(gpus: 8, seconds: 120));
        await factory.RunUntilAsync("job-0", JobPhase.Running);

        await factory.KillAsync(factory.Silos[2]);
        await factory.KillAsync(factory.Silos[1]);

        for (var number = 0; number < 12; number++)
            await factory.RunUntilAsync($"job-{number}", JobPhase.Succeeded, TimeSpan.FromHours(1));
        Assert.Equal(12, (await factory.HallAsync("hall-a")).Ended + (await factory.HallAsync("hall-b")).Ended);
    }

    [Fact]
    public async Task A_hall_sums_its_ledger_up_and_starts_from_there()
    {
        var storage = new TestStorage();
        var options = new TestFactoryOptions { Storage = storage, Configure = settings => settings.SnapshotEvery = 16 };
        await using (var before = await TestFactory.StartAsync(options, TestHall.Named().With("DGX-H100-x4", 1, "h100")))
        {
            for (var number = 0; number < 40; number++)
                await before.SubmitAsync($"job-{number}", TestJobs.Gang(gpus: 8, seconds: 5));
            await before.RunUntilAsync("job-39", JobPhase.Succeeded, TimeSpan.FromHours(1));
        }

        await using var after = await TestFactory.StartAsync(options);
        var hall = await after.HallAsync();
        Assert.Equal((40L, 32, 0), (hall.Ended, hall.FreeGpus, hall.Waiting));
        Assert.Equal(40 * 8 * 5 * 100, hall.Tokens, 3);
    }

    [Fact]
    public async Task A_lowered_limit_holds_new_jobs_back_and_follows_as_old_ones_end()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        await factory.SubmitAsync("old", TestJobs.Gang(tasks: 8, gpus: 8, seconds: 60));
        var feed = new PowerDomainId("hall-a-feed");
        var before = (await factory.HallAsync()).Power[0];

        var answer = await factory.Grains.Power(new("hall-a"), feed).SetLimit(feed, before.Committed * 0.8, "grid event");
        Assert.Equal(before.Committed, answer.InForce);
        var waits = await factory.SubmitAsync("new", TestJobs.Gang(tasks: 8, gpus: 8, seconds: 10));
        Assert.Equal(JobPhase.Waiting, waits.Record!.Phase);

        await factory.RunUntilAsync("old", JobPhase.Succeeded);
        var settled = (await factory.HallAsync()).Power[0];
        Assert.Equal(answer.Requested, settled.Limit);
        Assert.Equal(JobPhase.Waiting, (await factory.JobAsync("new")).Phase);
        var why = await factory.Grains.Hall(new("hall-a")).Why(new("new"));
        Assert.True(why!.Contains("hall-a-feed", StringComparison.Ordinal), why);

        await factory.Grains.Power(new("hall-a"), feed).SetLimit(feed, null, "event over");
        await factory.RunUntilAsync("new", JobPhase.Succeeded);
    }
}
