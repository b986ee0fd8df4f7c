using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>A rack that fails, is worked on and comes back is one fault, whatever its nodes are by themselves.</summary>
public class RackFaultTests
{
    private static readonly HallId Hall = new("hall-a");
    private static readonly RackId First = new("h100-01");

    [Fact]
    public async Task A_rack_fails_in_one_entry_and_its_gang_starts_again_elsewhere_whole_and_once()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        var spec = TestJobs.Gang(tasks: 4, gpus: 8, seconds: 200, required: TopologyLevel.Rack);
        await factory.SubmitAsync("gang", spec);
        var before = (await factory.RunUntilAsync("gang", JobPhase.Running)).Last!;
        var rack = new RackId(before.Gpus[0].Value[..7]);
        var last = (await factory.HallAsync()).Sequence;

        Assert.Null((await factory.Grains.Hall(Hall).SetRackState(rack, RackState.Failed, "busway tripped")).Objection);

        var events = (await factory.Grains.Hall(Hall).Events(last, 100)).Events;
        Assert.Equal(["RackConditionChanged", "JobRestart"], events.Take(2).Select(happened => happened.Kind));
        Assert.Contains("busway tripped", events[0].Message, StringComparison.Ordinal);
        Assert.Contains($"Rack {rack} is failed", events[1].Message, StringComparison.Ordinal);
        var after = (await factory.RunUntilAsync("gang", JobPhase.Running)).Last!;
        Assert.Equal((2, 32), (after.Attempts, after.Gpus.Count));
        Assert.All(after.Gpus, gpu => Assert.False(gpu.Value.StartsWith(rack.Value, StringComparison.Ordinal)));
        Assert.True((await factory.Grains.Decisions(Hall).Replay(events[1].Sequence))!.Same);
        await factory.RunUntilAsync("gang", JobPhase.Succeeded);
    }

    [Fact]
    public async Task What_nodes_were_by_themselves_comes_back_with_the_rack_and_outlives_a_restart()
    {
        var options = new TestFactoryOptions { Storage = new TestStorage(), Configure = settings => settings.SnapshotEvery = 16 };
        await using (var before = await TestFactory.StartAsync(options, TestHall.Named().With("DGX-H100-x4", 2, "h100")))
        {
            var hall = before.Grains.Hall(Hall);
            await hall.SetNodeCondition(new NodeId("h100-01-n00"), NodeCondition.Cordoned);
            await hall.SetNodeCondition(new NodeId("h100-01-n01"), NodeCondition.Failed);
            await hall.SetRackState(First, RackState.Maintenance, "firmware");
            Assert.Equal(NodeCondition.Draining, (await hall.ConditionOf(new NodeId("h100-01-n00"))).Condition);
            var still = await hall.SetNodeCondition(new NodeId("h100-01-n03"), NodeCondition.Ready);
            Assert.Equal(NodeCondition.Draining, still.Condition);
            Assert.Contains("rack h100-01 is maintenance", still.Because, StringComparison.Ordinal);
            // Enough entries for a snapshot, which must keep it.
            for (var number = 0; number < 20; number++)
                await before.SubmitAsync($"job-{number}", TestJobs.Gang(seconds: 1));
            await before.RunUntilAsync("job-19", JobPhase.Succeeded);
        }

        await using var after = await TestFactory.StartAsync(options);
        Assert.Equal(RackState.Maintenance, (await after.HallAsync()).Racks[0].State);
        Assert.Equal(4, (await after.HallAsync()).Racks[0].Closed.Count);
        Assert.Equal(32, (await after.HallAsync()).FreeGpus);
        await after.Grains.Hall(Hall).SetRackState(First, RackState.Ready, "");
        var rack = (await after.HallAsync()).Racks[0];
        Assert.Equal(
            [("h100-01-n00", NodeCondition.Cordoned), ("h100-01-n01", NodeCondition.Failed)],
            rack.Closed.Select(node => (node.Node.Value, node.Condition)));
        Assert.Equal((RackState.Ready, 48), (rack.State, (await after.HallAsync()).FreeGpus));
    }

    [Fact]
    public async Task A_rack_under_maintenance_is_emptied_and_one_not_accepted_yet_takes_nothing_and_keeps_what_runs()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        await factory.SubmitAsync("runs", TestJobs.Gang(tasks: 2, gpus: 8, seconds: 1000, required: TopologyLevel.Rack));
        var runs = (await factory.RunUntilAsync("runs", JobPhase.Running)).Last!;
        var (here, there) = runs.Gpus[0].Value[..7] == "h100-01" ? (First, new RackId("h100-02")) : (new RackId("h100-02"), First);

        await factory.Grains.Hall(Hall).SetRackState(here, RackState.Validating, "");
        Assert.Equal(runs.Gpus, (await factory.JobAsync("runs")).Last!.Gpus);
        await factory.SubmitAsync("new", TestJobs.Gang(tasks: 2, gpus: 8, seconds: 1000));
        var placed = (await factory.RunUntilAsync("new", JobPhase.Running)).Last!;
        Assert.All(placed.Gpus, gpu => Assert.StartsWith(there.Value, gpu.Value, StringComparison.Ordinal));

        await factory.Grains.Hall(Hall).SetRackState(here, RackState.Maintenance, "");
        Assert.All((await factory.JobAsync("runs")).Last!.Gpus, gpu => Assert.StartsWith(there.Value, gpu.Value, StringComparison.Ordinal));
        Assert.Contains("no rack", (await factory.Grains.Hall(Hall).SetRackState(new RackId("h100-09"), RackState.Failed, "")).Objection, StringComparison.Ordinal);
    }
}
