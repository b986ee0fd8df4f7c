using System.Collections.Concurrent;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Racks;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>A GPU that an agent owns, as agents come and go.</summary>
public class AgentDeviceTests
{
    private static readonly GpuId Gpu = new("lab-01-n00-g0");
    private static readonly ArmedCap Cap = new(Guid.NewGuid(), 7, 400);

    [Fact]
    public async Task An_agent_that_connects_stops_what_ended_meanwhile_and_keeps_what_is_still_held()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named());
        var grain = factory.Grains.Gpu(Gpu);
        var first = new Listening();
        await Attach(factory, first);
        var (ended, held) = (new LeaseKey(new JobId("ended"), 5, 0), new LeaseKey(new JobId("held"), 6, 0));
        Assert.True((await grain.Run(Lease(ended))).Started);
        await grain.Detach("the network is cut");
        await grain.Stop(ended);

        var second = new Listening();
        await Attach(factory, second);
        Assert.True((await grain.Run(Lease(held))).Started);
        await grain.Reconcile([ended, held]);
        await factory.RunUntilAsync(() => Task.FromResult(!second.Stopped.IsEmpty), () => "the agent was not told");
        Assert.Equal([ended], second.Stopped);
        Assert.Empty(first.Stopped);
    }

    [Fact]
    public async Task A_cap_that_was_ordered_while_no_agent_was_there_is_told_to_the_next_one()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named());
        await factory.Grains.Gpu(Gpu).Hold(Cap);
        var agent = new Listening();
        await Attach(factory, agent);
        await factory.RunUntilAsync(() => Task.FromResult(!agent.Held.IsEmpty), () => "the agent was not told");
        Assert.Equal([Cap], agent.Held);
        Assert.Equal(400, (await factory.Grains.Gpu(Gpu).Get()).CapWatts);
    }

    private static Task Attach(TestFactory factory, Listening agent) =>
        factory.Grains.Gpu(Gpu).Attach(factory.Grains.CreateObjectReference<IGpuAgent>(agent), "a card", "healthy", null);

    private static GpuLease Lease(LeaseKey key) =>
        new(key, new RackId("lab-01"), false, 1000, TestJobs.Kernel("triad", ("n", 1024)).Work, 50, 700, 25, "", null);

    private sealed class Listening : IGpuAgent
    {
        public ConcurrentQueue<LeaseKey> Stopped { get; } = [];

        public ConcurrentQueue<ArmedCap> Held { get; } = [];

        public Task Start(GpuId gpu, AgentLease lease) => Task.CompletedTask;

        public Task Limit(GpuId gpu, LeaseKey lease, double watts) => Task.CompletedTask;

        public Task Stop(GpuId gpu, LeaseKey lease)
        {
            Stopped.Enqueue(lease);
            return Task.CompletedTask;
        }

        public Task Reset(GpuId gpu, long number) => Task.CompletedTask;

        public Task Hold(GpuId gpu, ArmedCap cap)
        {
            Held.Enqueue(cap);
            return Task.CompletedTask;
        }
    }
}
