using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Racks;
using ControlPlane.Hardware.Protocol;
using ControlPlane.Scheduling;
using ControlPlane.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Nodes whose agents are heard, and nodes whose agents are not.</summary>
public class NodeReachTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly GpuId Gpu = new("lab-01-n00-g0");
    private static readonly NodeId Node = new("lab-01-n00");

    [Fact]
    public void Readings_are_known_while_they_are_fresh_and_a_node_is_lost_once_its_work_must_be_over()
    {
        var clock = new FakeTimeProvider();
        var reach = new NodeReach(clock, Timeout, TimeSpan.FromSeconds(5));
        Assert.False(reach.IsLost(Node) || reach.IsHeard(Node));
        clock.Advance(LeaseTerms.OverAfter(Timeout));
        Assert.False(reach.IsLost(Node));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(reach.IsLost(Node));

        reach.Hear(Node, [new GpuSample(Gpu, 400, 50, 1, false, "")], TimeSpan.Zero);
        Assert.True(reach.IsHeard(Node) && !reach.IsLost(Node));
        Assert.Equal(400, reach.Of(Gpu)!.Watts);
        reach.Hear(new NodeId("lab-01-n01"), [], TimeSpan.Zero);
        Assert.Equal(400, reach.Of(Gpu)!.Watts);
        reach.Hear(Node, [], TimeSpan.Zero); // A new stream: what was read before is of another time.
        Assert.Null(reach.Of(Gpu));
        reach.Hear(Node, [new GpuSample(Gpu, 400, 50, 1, false, "")], TimeSpan.Zero);
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(reach.Of(Gpu));
        Assert.False(reach.IsHeard(Node) || reach.IsLost(Node));

        // It is heard but hears nobody: first it is of no use, then it has stopped.
        reach.Hear(Node, [], TimeSpan.FromSeconds(6));
        Assert.False(reach.IsHeard(Node) || reach.IsLost(Node));
        reach.Hear(Node, [], LeaseTerms.OverAfter(Timeout) + TimeSpan.FromSeconds(1));
        Assert.True(reach.IsLost(Node));
    }

    [Fact]
    public async Task Work_of_a_node_whose_agent_is_silent_goes_elsewhere_when_it_must_be_over_and_the_node_comes_back_with_its_agent()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("agent-cpu", 2, "lab", "agent"));
        await Hear(factory, "lab-01", "lab-02");
        await factory.SubmitAsync("kernel", TestJobs.Kernel("triad", ("n", 1024)));
        await factory.RunUntilAsync(async () => (await factory.JobAsync("kernel")).Last is { Gpus.Count: 1 }, () => "the kernel is not placed");
        var held = (await factory.JobAsync("kernel")).Last!.Gpus[0].Value;
        var (silent, other) = held.StartsWith("lab-01", StringComparison.Ordinal) ? ("lab-01", "lab-02") : ("lab-02", "lab-01");
        var from = factory.Clock.GetUtcNow();

        await HearUntil(factory, async () => !(await factory.JobAsync("kernel")).Last!.Gpus[0].Value.StartsWith(silent, StringComparison.Ordinal), other);
        Assert.True(factory.Clock.GetUtcNow() - from >= LeaseTerms.OverAfter(Timeout), "The work was given away while the agent could still do it.");
        Assert.Equal(NodeCondition.Failed, (await ClosedAsync(factory, silent))!.Condition);
        Assert.Contains("agent is not heard", (await ClosedAsync(factory, silent))!.Because, StringComparison.Ordinal);
        Assert.Null(await ClosedAsync(factory, other));

        await HearUntil(factory, async () => await ClosedAsync(factory, silent) is null, silent, other);
        Assert.StartsWith(other, (await factory.JobAsync("kernel")).Last!.Gpus[0].Value, StringComparison.Ordinal);
    }

    private static async Task<Placement.ClosedNode?> ClosedAsync(TestFactory factory, string rack) =>
        (await factory.HallAsync()).Racks.Single(one => one.Rack.Value == rack).Closed is { Count: > 0 } closed ? closed[0] : null;

    private static async Task Hear(TestFactory factory, params string[] racks)
    {
        foreach (var rack in racks)
            await factory.Grains.Rack(new RackId(rack)).Observe(new NodeId(rack + "-n00"), [new GpuSample(new GpuId(rack + "-n00-g0"), 40, 50, 0, false, "")], TimeSpan.Zero);
    }

    private static Task HearUntil(TestFactory factory, Func<Task<bool>> condition, params string[] racks) => factory.RunUntilAsync(
        async () =>
        {
            await Hear(factory, racks);
            return await condition();
        },
        () => "it did not come to pass");
}
