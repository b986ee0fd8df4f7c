using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

public class JobLifeTests
{
    [Fact]
    public async Task A_job_is_placed_runs_and_succeeds_with_its_tokens()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        var answer = await factory.SubmitAsync("train", TestJobs.Gang(tasks: 2, gpus: 4, seconds: 30));
        Assert.Equal(SubmitOutcome.Accepted, answer.Outcome);
        Assert.Equal(JobPhase.Placed, answer.Record!.Phase);

        await factory.RunUntilAsync("train", JobPhase.Running);
        var done = await factory.RunUntilAsync("train", JobPhase.Succeeded);
        Assert.Equal(8 * 30 * 100, done.Last!.Tokens, 3);
        var hall = await factory.HallAsync();
        Assert.Equal((32, 0, 1L), (hall.FreeGpus, hall.Running, hall.Ended));
    }

    [Fact]
    public async Task A_job_that_does_not_fit_waits_and_starts_when_room_is_made()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        await factory.SubmitAsync("first", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 20));
        var second = await factory.SubmitAsync("second", TestJobs.Gang(tasks: 1, gpus: 8, seconds: 5));
        Assert.Equal(JobPhase.Waiting, second.Record!.Phase);
        Assert.Contains("GPU", second.Message, StringComparison.Ordinal);

        await factory.RunUntilAsync("second", JobPhase.Succeeded);
        Assert.Equal(JobPhase.Succeeded, (await factory.JobAsync("first")).Phase);
    }

    [Fact]
    public async Task Submitting_the_same_job_again_gives_the_same_answer_and_another_one_conflicts()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        var first = await factory.SubmitAsync("job", TestJobs.Gang(gpus: 2));
        var again = await factory.SubmitAsync("job", TestJobs.Gang(gpus: 2));
        var other = await factory.SubmitAsync("job", TestJobs.Gang(gpus: 3));

        Assert.Equal(first.Record!.Last!.Generation, again.Record!.Last!.Generation);
        Assert.Equal(SubmitOutcome.Conflict, other.Outcome);
        Assert.Equal(30, (await factory.HallAsync()).FreeGpus);
    }

    [Fact]
    public async Task A_cancelled_job_gives_its_GPUs_back()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        await factory.SubmitAsync("job", TestJobs.Gang(gpus: 8, seconds: 1000));
        await factory.RunUntilAsync("job", JobPhase.Running);
        var cancelled = await factory.Grains.Job(new("job")).Cancel();

        Assert.Equal(JobPhase.Cancelled, cancelled!.Phase);
        Assert.Equal(32, (await factory.HallAsync()).FreeGpus);
        await factory.RunUntilAsync(
            async () => (await factory.Grains.Gpu(new("h100-01-n00-g0")).Get()).Leases.Count == 0, () => "the GPU kept its lease");
    }

    [Fact]
    public async Task A_job_nobody_could_ever_run_is_refused_with_the_reason()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        var answer = await factory.SubmitAsync("big", TestJobs.Gang(tasks: 5, gpus: 8));
        Assert.Equal(SubmitOutcome.Refused, answer.Outcome);
        Assert.Contains("needs 5 tasks", answer.Message, StringComparison.Ordinal);
        Assert.Equal(JobPhase.Refused, (await factory.JobAsync("big")).Phase);
    }

    [Fact]
    public async Task A_failed_GPU_moves_its_job_elsewhere()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        await factory.SubmitAsync("job", TestJobs.Gang(gpus: 1, seconds: 60));
        var running = await factory.RunUntilAsync("job", JobPhase.Running);
        var broken = running.Last!.Gpus[0];
        factory.SetGpuFailed(broken.Value);

        await factory.RunUntilAsync(
            async () => (await factory.JobAsync("job")).Last is { Attempts: 2, Phase: JobPhase.Running }, () => "the job did not move");
        Assert.DoesNotContain(broken, (await factory.JobAsync("job")).Last!.Gpus);
        await factory.RunUntilAsync("job", JobPhase.Succeeded);
    }
}
