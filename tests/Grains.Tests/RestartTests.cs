using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Racks;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Work that met a fault is done again, as often as its job says and no more.</summary>
public class RestartTests
{
    [Fact]
    public async Task Work_that_met_its_GPU_s_fault_is_done_again_on_another()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("agent-cpu", 2, "lab", "agent"));
        var first = (GpuId?)null;
        await using var nodes = await FakeNodes.AttachAsync(factory, ["lab-01-n00", "lab-02-n00"], gpu =>
        {
            first ??= gpu;
            return gpu == first ? ("cuda-214", true) : ("", false);
        });
        await factory.SubmitAsync("kernel", TestJobs.Kernel("triad", ("n", 1024)));
        var done = await nodes.RunUntilAsync("kernel", JobPhase.Succeeded);
        Assert.Equal(2, done.Last!.Attempts);
        Assert.Equal(2, nodes.Started.Count);
        Assert.Contains((await factory.Grains.Hall(new HallId("hall-a")).Events(0, 100)).Events, entry =>
            entry.Message.Contains("restart 1 of 3 after the GPU's fault", StringComparison.Ordinal));
        await Replaying.AllDecisionsComeOutTheSame(factory);
    }

    [Theory]
    [InlineData("cuda-700", null, 1)] // A fault of its own: by default never again.
    [InlineData("cuda-700", 2, 3)]
    [InlineData("timed-out", 1, 2)]
    [InlineData("cuda-214", null, 4)]
    [InlineData("cuda-214", 0, 1)]
    [InlineData("ring-broken", null, 4)] // What lies between the ranks failed, and no rank says more.
    [InlineData("wrong-result", 5, 1)] // No fault: its result says so.
    [InlineData("bad-parameter", 5, 1)]
    public async Task A_fault_that_comes_again_ends_the_job_after_its_restarts(string code, int? restarts, int attempts)
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("agent-cpu", 1, "lab", "agent"));
        await using var nodes = await FakeNodes.AttachAsync(factory, ["lab-01-n00"], _ => (code, false));
        await factory.SubmitAsync("kernel", TestJobs.Kernel("triad", ("n", 1024)) with { Restarts = restarts });
        var done = await nodes.RunUntilAsync("kernel", JobPhase.Failed);
        Assert.Equal((attempts, attempts), (done.Last!.Attempts, nodes.Started.Count));
        Assert.StartsWith(code, done.Last.Message, StringComparison.Ordinal);
    }
}
