using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Testing.Example.Tests;

/// <summary>What a user of ControlPlane.Testing writes: a factory, a job, a question. Copy it.</summary>
public class FirstFactoryTests
{
    [Fact]
    public async Task A_gang_gets_its_GPUs_and_makes_its_tokens()
    {
        // One rack of four DGX H100: 32 simulated GPUs under a roomy feed. Time stands still until it is moved.
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        await factory.SubmitAsync("train", TestJobs.Gang(tasks: 2, gpus: 8, seconds: 3600));

        // Moves the clock on, second by second, until the job is over: an hour passes in a moment.
        var done = await factory.RunUntilAsync("train", JobPhase.Succeeded, within: TimeSpan.FromHours(2));
        Assert.Equal(16 * 3600 * 100, done.Last!.Tokens, precision: 0);
    }

    [Fact]
    public async Task A_feed_that_is_too_small_makes_a_gang_wait_and_says_so()
    {
        // Four idle DGX H100 draw 20.9 kW; every leased GPU adds up to 621 W.
        await using var factory = await TestFactory.StartAsync(TestHall.Named().Feed("30kW").With("DGX-H100-x4", 1, "h100"));
        await factory.SubmitAsync("first", TestJobs.Gang(gpus: 8, seconds: 600));

        var second = await factory.SubmitAsync("second", TestJobs.Gang(gpus: 8, seconds: 600));

        Assert.Equal(JobPhase.Waiting, second.Record!.Phase);
        Assert.Contains("hall-a-feed", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_GPU_costs_a_restart_not_the_job()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.SubmitAsync("train", TestJobs.Gang(gpus: 1, seconds: 60));
        var running = await factory.RunUntilAsync("train", JobPhase.Running);

        factory.SetGpuFailed(running.Last!.Gpus[0].Value);

        var done = await factory.RunUntilAsync("train", JobPhase.Succeeded);
        Assert.Equal(2, done.Last!.Attempts);
    }

    [Fact]
    public async Task A_full_disk_loses_no_acknowledged_job()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.SubmitAsync("train", TestJobs.Gang(gpus: 8, seconds: 60));

        // The next write of the hall's ledger fails; the hall starts again from what is stored.
        var failed = false;
        factory.Storage.BeforeWrite = (state, _) =>
        {
            if (state != "ledger-head" || failed)
                return;
            failed = true;
            throw new IOException("no space left on device");
        };

        await factory.RunUntilAsync("train", JobPhase.Succeeded);
        Assert.True(failed);
    }
}
