using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Racks;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>MIG instances in a living hall, and the fence that keeps two of them off one memory slice.</summary>
public class InstanceTests
{
    [Fact]
    public async Task Instances_of_several_jobs_share_one_GPU_and_each_makes_its_part_of_the_tokens()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.SubmitAsync("three", Instances("2g.20gb", 250, tasks: 3));
        await factory.SubmitAsync("one", Instances("1g.10gb", 125, tasks: 1));
        await factory.RunUntilAsync("one", JobPhase.Running);
        var (three, one) = (await factory.JobAsync("three"), await factory.JobAsync("one"));
        Assert.Equal(Assert.Single(three.Last!.Gpus), Assert.Single(one.Last!.Gpus));
        Assert.Equal(31, (await factory.HallAsync()).FreeGpus);

        var ended = await factory.RunUntilAsync("three", JobPhase.Succeeded);
        Assert.Equal(3 * 0.25 * 100 * 10, ended.Last!.Tokens, 3);
        await factory.RunUntilAsync("one", JobPhase.Succeeded);
        await factory.RunUntilAsync(async () => (await factory.HallAsync()).FreeGpus == 32, () => "the GPU was not given back");
    }

    [Fact]
    public void A_GPU_takes_no_lease_on_slices_that_another_of_its_generation_or_newer_holds()
    {
        var (row, _) = new GpuRow().Take(Lease("first", 5, 0b0011), default);
        Assert.NotNull(row);
        Assert.NotNull(row.Take(Lease("beside", 5, 0b1100), default).Row);
        Assert.Null(row.Take(Lease("same", 5, 0b0010), default).Row);
        Assert.Null(row.Take(Lease("older", 4, 0b0010), default).Row);
        Assert.Null(row.Take(Lease("share", 5, 0), default).Row);
        // A newer lease pushes off whoever holds its slices, and nobody else.
        var (both, _) = row.Take(Lease("beside", 5, 0b1100), default);
        var (newer, _) = both!.Take(Lease("newer", 6, 0b0001), default);
        Assert.Equal(["beside", "newer"], newer!.Held.Select(held => held.Lease.Key.Job.Value));
    }

    private static GpuLease Lease(string job, long generation, byte slots) => new(
        new LeaseKey(new JobId(job), generation, 0), new RackId("r"), true, 125, new SimulatedWork("decode", TimeSpan.FromSeconds(1), 0, 1), 0, 0, 25, "", null)
    {
        MigSlots = slots,
    };

    private static JobSpec Instances(string profile, int milli, int tasks)
    {
        var gang = TestJobs.Gang(tasks: tasks, gpus: 1, seconds: 10);
        return gang with { Groups = [gang.Groups[0] with { Gpus = 0, GpuMilli = milli, Mig = profile, GpuModels = ["H100-SXM5-80GB"] }] };
    }
}
