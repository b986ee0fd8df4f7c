using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling.Tests;

public sealed class PlacerTests
{
    [Fact]
    public void Packs_one_GPU_tasks_onto_the_tightest_node()
    {
        var state = new Hall().Rack("r1", 2, 4).State();
        Assert.Equal(0, state.Run(Ask.For(Ask.Group(2)), "a").Tasks[0].Node);
        Assert.Equal([2], state.Run(Ask.For(Ask.Group(1)), "b").Tasks[0].Gpus);
        Assert.Equal([3], state.Run(Ask.For(Ask.Group(1)), "c").Tasks[0].Gpus);
        Assert.Equal(1, state.Run(Ask.For(Ask.Group(1)), "d").Tasks[0].Node);
    }

    [Fact]
    public void Packs_a_gang_into_the_rack_that_is_partly_used()
    {
        var state = new Hall().Rack("r1", 1, 3).Rack("r2", 1, 3).State();
        state.Run(Ask.For(Ask.Group(1)), "a");
        var gang = state.Run(Ask.For(Ask.Group(1, count: 2)).Within(TopologyLevel.Rack), "b");
        Assert.All(gang.Tasks, task => Assert.Equal(0, task.Node));
    }

    [Fact]
    public void Spreads_equal_places_over_the_lightest_feed()
    {
        var state = new Hall().Model("h100", 100, 700).Power("a", 9000).Power("b", 9000)
            .Rack("r1", 2, 4, power: "a").Rack("r2", 2, 4, power: "b").State();
        Assert.Equal(0, state.Run(Ask.For(Ask.Group(4)), "one").Tasks[0].Node);
        Assert.Equal(1, state.Run(Ask.For(Ask.Group(4)), "two").Tasks[0].Node);
        var even = new Hall().Model("h100", 100, 700).Power("a", 5000).Power("b", 9000)
            .Rack("r1", 1, 4, power: "a").Rack("r2", 1, 4, power: "b").State();
        Assert.Equal(1, even.Run(Ask.For(Ask.Group(4)), "one").Tasks[0].Node);
    }

    [Fact]
    public void Shares_fill_one_GPU_before_they_wake_another()
    {
        var state = new Hall().Rack("r1", 2, 2).State();
        var spec = Ask.For(Ask.Group(0, milli: 400));
        Assert.Equal([0], state.Run(spec, "a").Tasks[0].Gpus);
        Assert.Equal([0], state.Run(spec, "b").Tasks[0].Gpus);
        Assert.Equal([1], state.Run(spec, "c").Tasks[0].Gpus);
        Assert.Equal([0], state.Run(Ask.For(Ask.Group(0, milli: 200)), "d").Tasks[0].Gpus);
    }

    [Fact]
    public void A_share_beside_others_needs_no_further_power()
    {
        var state = new Hall().Model("h100", 100, 700).Power("feed", 800).Rack("r1", 1, 2, power: "feed").State();
        state.Run(Ask.For(Ask.Group(0, milli: 300)), "a");
        state.Run(Ask.For(Ask.Group(0, milli: 300)), "b");
        Assert.Equal(Watts.FromWatts(800), state.PowerCommitted(0));
        Assert.Equal(ReasonCode.PowerShort, state.Waits(Ask.For(Ask.Group(0, milli: 500))).Code);
        state.Release(new JobId("a"));
        Assert.Equal(Watts.FromWatts(800), state.PowerCommitted(0));
        state.Release(new JobId("b"));
        Assert.Equal(Watts.FromWatts(200), state.PowerCommitted(0));
    }

    [Fact]
    public void Tasks_without_GPU_leave_the_nodes_with_free_GPUs_alone()
    {
        var state = new Hall().Rack("r1", 1, 4).Rack("cpu", 1, 0).State();
        Assert.Equal(1, state.Run(Ask.For(Ask.Group(0, cpu: 4000)), "a").Tasks[0].Node);
        var full = new Hall().Rack("r1", 2, 4).State();
        full.Run(Ask.For(Ask.Group(4)), "gpu");
        Assert.Equal(0, full.Run(Ask.For(Ask.Group(0, cpu: 4000)), "a").Tasks[0].Node);
    }

    [Fact]
    public void Places_every_group_of_a_gang_or_none()
    {
        var state = new Hall().Rack("r1", 2, 4).State();
        var spec = Ask.For(Ask.Group(4, count: 1), Ask.Group(2, count: 2), Ask.Group(0, cpu: 1000));
        var assignment = state.Run(spec, "a");
        Assert.Equal([(0, 0), (1, 0), (1, 1), (2, 0)], assignment.Tasks.Select(task => (task.Group, task.Task)));
        Assert.Equal(ReasonCode.GpusShort, state.Waits(Ask.For(Ask.Group(1))).Code);
    }

    [Fact]
    public void Places_on_allowed_models_only()
    {
        var state = new Hall().Model("h100").Model("gb200").Rack("r1", 1, 4, "h100").Rack("r2", 1, 4, "gb200").State();
        Assert.Equal(1, state.Run(Ask.For(Ask.Group(1, models: "gb200")), "a").Tasks[0].Node);
        Assert.Equal(ReasonCode.NoSuchModel, state.Refuses(Ask.For(Ask.Group(1, models: "b300"))).Code);
    }

    [Fact]
    public void A_preferred_level_is_tried_first_and_then_widened()
    {
        var state = new Hall().Rack("r1", 2, 2, leaf: 0).Rack("r2", 1, 2, leaf: 0).Rack("r3", 2, 2, leaf: 1).State();
        var inRack = state.Run(Ask.For(Ask.Group(2, count: 2)).Within(null, TopologyLevel.Rack), "a");
        Assert.Equal([0, 1], inRack.Tasks.Select(task => task.Node));
        state.Run(Ask.For(Ask.Group(2)), "b");
        var widened = state.Run(Ask.For(Ask.Group(1, count: 4)).Within(null, TopologyLevel.Node), "c");
        Assert.Equal(2, widened.Tasks.Select(task => task.Node).Distinct().Count());
    }

    [Fact]
    public void Cordoned_nodes_and_failed_GPUs_take_nothing_new()
    {
        var state = new Hall().Rack("r1", 2, 1).State();
        state.SetNodeCondition(0, NodeCondition.Cordoned);
        Assert.Equal(1, state.FreeGpus);
        Assert.Equal(1, state.Run(Ask.For(Ask.Group(1)), "a").Tasks[0].Node);
        Assert.Equal(ReasonCode.NodesUnavailable, state.Waits(Ask.For(Ask.Group(1))).Code);
        state.SetNodeCondition(0, NodeCondition.Ready);
        state.SetGpuFailed(0, 0, true);
        Assert.Equal(ReasonCode.GpusShort, state.Waits(Ask.For(Ask.Group(1))).Code);
        state.SetGpuFailed(0, 0, false);
        state.Run(Ask.For(Ask.Group(1)), "b");
    }

    [Fact]
    public void Kernels_run_on_devices_that_execute_them_and_simulated_work_on_simulated_racks()
    {
        var kernel = Ask.For(Ask.Group(1)) with { Work = new KernelWork("sgemm", [], 1, false, 1, TimeSpan.Zero) };
        var mixed = new Hall().Model("h100").Model("local", kernels: true)
            .Rack("sim", 1, 1, "h100").Rack("real", 1, 1, "local", simulated: false).State();
        Assert.Equal(1, mixed.Run(kernel, "k").Tasks[0].Node);
        Assert.Equal(0, mixed.Run(Ask.For(Ask.Group(1)), "s").Tasks[0].Node);
        Assert.Equal(ReasonCode.NoKernelDevice, new Hall().Rack("sim", 1, 1).State().Refuses(kernel).Code);
        var real = new Hall().Model("local", kernels: true).Rack("real", 1, 1, simulated: false).State();
        Assert.Equal(ReasonCode.NoSimulatedDevice, real.Refuses(Ask.For(Ask.Group(1))).Code);
    }

    [Fact]
    public void A_gang_over_several_nodes_takes_GPUs_of_the_same_numbers()
    {
        var state = new Hall().Rack("r", nodes: 3, gpus: 8).State();
        state.Assign(new JobId("busy"), Ask.For(Ask.Group(2)), new Assignment([new TaskPlacement(0, 0, 1, [0, 3], 1000)]));
        var apart = new TopologyRequest(null, null) { AtMost = [new DomainLimit(TopologyLevel.Node, 1)] };
        var assignment = state.Run(Ask.For(Ask.Group(2, count: 3)) with { Topology = apart }, "gang");
        Assert.All(assignment.Tasks, task => Assert.Equal([1, 2], task.Gpus));
    }

    [Fact]
    public void A_job_goes_only_to_the_nodes_that_it_names_and_nowhere_when_there_are_none_such()
    {
        var hall = new Hall().Rack("r", nodes: 6, gpus: 2).State();
        JobSpec On(params NodeId[] nodes) => Ask.For(Ask.Group(1, count: 3)) with { Topology = new TopologyRequest(null, null) { Nodes = [.. nodes] } };
        var (third, fifth) = (hall.Layout.Nodes[3].Id, hall.Layout.Nodes[5].Id);
        var assignment = hall.Run(On(third, fifth), "there");
        Assert.All(assignment.Tasks, task => Assert.Contains(task.Node, new[] { 3, 5 }));
        Assert.Equal(ReasonCode.ApartShort, hall.Refuses(On(new NodeId("nowhere"))).Code);
    }

    [Fact]
    public void The_same_seed_draws_the_same_place()
    {
        var state = new Hall().Rack("r1", 50, 8).State();
        var spec = Ask.For(Ask.Group(1));
        var nodes = Enumerable.Range(0, 50)
            .Select(job => Assert.IsType<Placed>(state.Place(spec, $"job-{job}", PlacementProfile.Random)).Assignment.Tasks[0].Node).ToList();
        Assert.True(nodes.Distinct().Count() > 20);
        Assert.Equal(nodes[7], Assert.IsType<Placed>(state.Place(spec, "job-7", PlacementProfile.Random)).Assignment.Tasks[0].Node);
    }

    [Fact]
    public void Says_where_a_gang_went_and_what_the_next_best_node_scored()
    {
        var state = new Hall().Rack("r1", 2, 4).Rack("r2", 2, 4).State();
        Assert.Equal(
            "Placed 1 task with 1 GPU on rack r1; chosen node r1-n00 over r1-n01: "
            + "expected-use -1095999 vs -1095999, tightest-rack -8 vs -8, lightest-feed 1000 vs 1000, coolest-loop 1000 vs 1000.",
            state.Place(Ask.For(Ask.Group(1))).Explain());
        Assert.StartsWith(
            "Placed 3 tasks with 12 GPUs on racks r1, r2; chosen node r1-n00: ",
            state.Place(Ask.For(Ask.Group(4, count: 3))).Explain(), StringComparison.Ordinal);
        Assert.StartsWith(
            "Placed 1 task with 0.25 of a GPU on rack r1; ", state.Place(Ask.For(Ask.Group(0, milli: 250))).Explain(), StringComparison.Ordinal);
        var wide = new Hall();
        for (var rack = 1; rack <= 6; rack++)
            wide.Rack($"r{rack}", 1, 2);
        Assert.StartsWith(
            "Placed 6 tasks with 12 GPUs on racks r1, r2, r3, r4 and 2 more; ",
            wide.State().Place(Ask.For(Ask.Group(2, count: 6))).Explain(), StringComparison.Ordinal);
    }
}
