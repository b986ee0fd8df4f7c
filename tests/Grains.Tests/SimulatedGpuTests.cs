using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

public class SimulatedGpuTests
{
    [Fact]
    public async Task A_task_whose_GPU_hangs_does_not_finish_and_its_neighbour_does()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.SubmitAsync("stuck", TestJobs.Gang(gpus: 1, seconds: 20));
        await factory.SubmitAsync("sound", TestJobs.Gang(gpus: 1, seconds: 60));
        var stuck = await factory.RunUntilAsync("stuck", JobPhase.Running);
        factory.HangGpu(stuck.Last!.Gpus[0].Value);

        await factory.RunUntilAsync("sound", JobPhase.Succeeded);
        Assert.Equal(JobPhase.Running, (await factory.JobAsync("stuck")).Phase);
    }

    [Fact]
    public async Task An_idle_GPU_that_failed_and_was_repaired_takes_work_again()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        factory.SetGpuFailed("h100-01-n00-g0");
        await factory.RunUntilAsync(async () => (await factory.HallAsync()).FreeGpus == 31, () => "the hall did not hear of the failure");
        factory.SetGpuFailed("h100-01-n00-g0", failed: false);
        Assert.Null(await factory.Grains.Hall(new("hall-a")).SetGpuFailed(new("h100-01-n00-g0"), false));

        await factory.SubmitAsync("all", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 10));
        await factory.RunUntilAsync("all", JobPhase.Succeeded);
    }
}
