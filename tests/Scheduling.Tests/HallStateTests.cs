using ControlPlane.Domain;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling.Tests;

public sealed class HallStateTests
{
    [Fact]
    public void Commits_standing_draw_at_every_ancestor_and_its_heat_to_the_loop()
    {
        var state = new Hall().Model("h100", 100, 700).Power("feed", 9000).Power("rack", 9000, "feed").Loop("cdu", 9000)
            .Rack("r1", 2, 4, power: "rack", loop: "cdu", share: 0.8, nodeBase: 500).State();
        Assert.Equal((1800.0, 1800.0, 1440.0), (state.PowerCommitted(0).Value, state.PowerCommitted(1).Value, state.HeatCommitted(0).Value));
        state.Run(Ask.For(Ask.Group(2)), "a");
        Assert.Equal((3000.0, 3000.0, 2400.0), (state.PowerCommitted(0).Value, state.PowerCommitted(1).Value, state.HeatCommitted(0).Value));
    }

    [Fact]
    public void Refuses_to_lease_a_GPU_twice_and_stays_as_it_was()
    {
        var state = new Hall().Rack("r1", 1, 4).State();
        state.Run(Ask.For(Ask.Group(1)), "a");
        var spec = Ask.For(Ask.Group(1, count: 2));
        var twice = new Assignment([new TaskPlacement(0, 0, 0, [1], 1000), new TaskPlacement(0, 1, 0, [0], 1000)]);
        Assert.Throws<InvariantException>(() => state.Assign(new JobId("b"), spec, twice));
        Assert.False(state.Contains(new JobId("b")));
        Assert.Equal(3, state.FreeGpus);
        state.Verify();
    }

    [Fact]
    public void Refuses_half_a_gang()
    {
        var state = new Hall().Rack("r1", 1, 4).State();
        var half = new Assignment([new TaskPlacement(0, 0, 0, [1], 1000)]);
        Assert.Throws<InvariantException>(() => state.Assign(new JobId("b"), Ask.For(Ask.Group(1, count: 2)), half));
    }

    [Fact]
    public void Refuses_to_exceed_a_limit_that_was_lowered_but_restores_what_ran_before()
    {
        var state = new Hall().Model("h100", 100, 700).Power("feed", 1600).Rack("r1", 1, 2, power: "feed").State();
        var (spec, assignment) = (Ask.For(Ask.Group(1)), new Assignment([new TaskPlacement(0, 0, 0, [0], 1000)]));
        state.SetPowerLimit(0, Watts.FromWatts(500));
        Assert.Throws<InvariantException>(() => state.Assign(new JobId("a"), spec, assignment));
        state.Restore(new JobId("a"), spec, assignment);
        Assert.Equal(["feed"], state.Overcommitted());
        state.Verify();
    }

    [Fact]
    public void A_fork_and_its_origin_do_not_see_each_other()
    {
        var state = new Hall().Rack("r1", 1, 4).State();
        state.Run(Ask.For(Ask.Group(1)), "a");
        var fork = state.Fork();
        fork.Run(Ask.For(Ask.Group(1)), "b");
        fork.Release(new JobId("a"));
        Assert.Equal([new JobId("a")], state.Jobs);
        Assert.Equal([new JobId("b")], fork.Jobs);
        state.Verify();
        fork.Verify();
    }

    [Fact]
    public void Refuses_a_layout_that_points_to_nothing()
    {
        var layout = new Hall().Rack("r1", 1, 4).Layout();
        var fault = Assert.Throws<InvariantException>(() => new HallState(layout with { GpuModels = [] }));
        Assert.Equal("Layout of hall hall-1: node r1-n00 has GPUs of no model.", fault.Message);
    }

    [Fact]
    public void Releasing_what_holds_nothing_is_a_bug() =>
        Assert.Throws<InvariantException>(() => new Hall().Rack("r1", 1, 1).State().Release(new JobId("a")));
}
