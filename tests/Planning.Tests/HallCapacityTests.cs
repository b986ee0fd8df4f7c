using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Planning.Tests;

public sealed class HallCapacityTests
{
    [Fact]
    public void Counts_until_the_feed_is_full_and_says_so()
    {
        var state = new HallState(OneRack(nodes: 2, gpus: 4, feedWatts: 3500));
        var answer = HallCapacity.HowManyFit(state, Job(gpus: 1), PlacementProfile.Factory, 1);
        Assert.Equal(4, answer.Count);
        Assert.Equal((ReasonCode.PowerShort, "feed"), (answer.Reasons[0].Code, answer.Reasons[0].Subject));
        Assert.Equal(8, state.FreeGpus);
    }

    [Fact]
    public void Counts_until_the_GPUs_are_taken()
    {
        var answer = HallCapacity.HowManyFit(new HallState(OneRack(2, 4, 100_000)), Job(gpus: 3), PlacementProfile.Factory, 1);
        Assert.Equal((2, ReasonCode.GpusShort), (answer.Count, answer.Reasons[0].Code));
    }

    [Fact]
    public void Says_that_a_job_never_fits()
    {
        var answer = HallCapacity.HowManyFit(new HallState(OneRack(2, 4, 100_000)), Job(gpus: 5), PlacementProfile.Factory, 1);
        Assert.Equal(0, answer.Count);
        Assert.IsType<Refused>(answer.Binding);
    }

    [Fact]
    public void Stops_at_the_count_that_was_asked_for()
    {
        var answer = HallCapacity.HowManyFit(new HallState(OneRack(2, 4, 100_000)), Job(gpus: 1), PlacementProfile.Factory, 1, most: 3);
        Assert.Equal((3, null), (answer.Count, answer.Binding));
    }

    // Each GPU idles at 100 W and is limited to 700 W: a lease adds 600 W.
    private static HallLayout OneRack(int nodes, int gpus, double feedWatts) => new(
        new HallId("hall-1"), "", [new HallGpuModel("h100", Watts.FromWatts(100), Watts.FromWatts(700), RunsKernels: false)],
        [new HallRack(new RackId("r1"), "test", 0, -1, -1, 0, -1, -1, [], 0, nodes, Watts.Zero, Simulated: true)],
        Enumerable.Range(0, nodes).Select(node => new HallNode(
            new NodeId($"r1-n{node}"), 0, 0, gpus, 1000, Gibibytes.Zero, Watts.Zero, node, GigabitsPerSecond.Zero)).ToValueList(),
        [new HallPowerDomain(new PowerDomainId("feed"), "feed", -1, Watts.FromWatts(feedWatts))], [], [], []);

    private static JobSpec Job(int gpus) => new(
        new QueueId("default"), 100, [new TaskGroup("workers", 1, gpus, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)],
        new TopologyRequest(null, null), new SimulatedWork("training", TimeSpan.FromHours(1), 0, 1), null, null);
}
