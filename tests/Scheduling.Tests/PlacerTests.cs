using ControlPlane.Domain.Halls;

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
    public void Packs_into_the_rack_that_is_partly_used()
    {
        var state = new Hall().Rack("r1", 1, 3).Rack("r2", 1, 3).State();
        state.Run(Ask.For(Ask.Group(1)), "a");
        var gang = state.Run(Ask.For(Ask.Group(1, count: 2)).Within(TopologyLevel.Rack), "b");
        Assert.All(gang.Tasks, task => Assert.Equal(0, task.Node));
    }

    [Fact]
    public void Says_of_every_rack_how_many_tasks_it_holds()
    {
        var state = new Hall().Rack("rack1", 1, 2).Rack("rack2", 1, 2).Rack("rack3", 2, 2).State();
        state.Run(Ask.For(Ask.Group(2)).Within(TopologyLevel.Rack), "a");
        state.Release(new("a"));
        state.Assign(new("b"), Ask.For(Ask.Group(1)), new Assignment([new TaskPlacement(0, 0, 2, [0], 1000)]));
        var reason = state.Waits(Ask.For(Ask.Group(1, count: 4)).Within(TopologyLevel.Rack));
        Assert.Equal(ReasonCode.TopologyShort, reason.Code);
        Assert.Equal(
            [new DomainRoom("rack3", 3, 4), new DomainRoom("rack1", 2, 4), new DomainRoom("rack2", 2, 4)], reason.Domains);
        Assert.Contains("Rack3 holds 3 of 4; rack1 holds 2 of 4", reason.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_rack_whose_feed_is_full()
    {
        var state = new Hall().Model("h100", idle: 100, limit: 700).Power("feed", 3000).Power("rack", 2000, "feed")
            .Rack("r1", 1, 4, power: "rack").State();
        state.Run(Ask.For(Ask.Group(2)), "a");
        var reason = state.Waits(Ask.For(Ask.Group(1)));
        Assert.Equal(ReasonCode.PowerShort, reason.Code);
        Assert.Equal("rack", reason.Subject);
        Assert.Equal(600, reason.Needed);
        Assert.Equal(400, reason.Available);
    }
}
