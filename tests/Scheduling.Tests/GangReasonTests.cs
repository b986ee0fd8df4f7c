using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling.Tests;

/// <summary>Gangs that no single node keeps out: what the whole of them needs is more than what is left.</summary>
public sealed class GangReasonTests
{
    [Fact]
    public void A_feed_lowered_to_four_fifths_says_what_the_gang_needs_and_what_is_left()
    {
        var hall = new Hall().Model("h100", idle: 80, limit: 700).Power("feed", 100_000);
        for (var rack = 1; rack <= 2; rack++)
            hall.Power($"rack-{rack}", 50_000, "feed").Rack($"r{rack}", 4, 8, power: $"rack-{rack}", nodeBase: 2000);
        var state = hall.State();
        var gang = Ask.For(Ask.Group(8, count: 8));
        state.Run(gang, "old");
        var lowered = state.PowerCommitted(0) * 0.8;
        state.Release(new JobId("old"));
        state.SetPowerLimit(0, lowered);
        var reason = state.Waits(gang);
        Assert.Equal((ReasonCode.PowerShort, "feed"), (reason.Code, reason.Subject));
        Assert.Equal((64 * 620.0, (lowered - state.PowerCommitted(0)).Value), (reason.Needed, reason.Available));
        Assert.Equal(
            "Power domain feed has 27.52 kW of headroom and the job needs 39.68 kW there; "
            + "release jobs below it, raise its limit or ask for fewer GPUs.",
            reason.Explain());
    }

    [Fact]
    public void Two_feeds_of_which_neither_suffices_are_listed_with_their_room()
    {
        var state = new Hall().Model("h100", 100, 700).Power("ups-a1", 20_000).Power("ups-a2", 20_000)
            .Rack("r1", 4, 8, power: "ups-a1").Rack("r2", 4, 8, power: "ups-a2").State();
        state.SetPowerLimit(0, Watts.FromWatts(3200 + 3 * 4800 + 100));
        state.SetPowerLimit(1, Watts.FromWatts(3200 + 2 * 4800));
        var reason = state.Waits(Ask.For(Ask.Group(8, count: 8)));
        Assert.Equal((ReasonCode.PowerShort, "ups-a1", 6 * 4800.0, 3 * 4800.0 + 100), (reason.Code, reason.Subject, reason.Needed, reason.Available));
        Assert.Equal([new DomainRoom("ups-a1", 3, 8), new DomainRoom("ups-a2", 2, 8)], reason.Domains);
        Assert.EndsWith("By task: ups-a1 holds 3 of 8; ups-a2 holds 2 of 8.", reason.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_says_how_much_heat_the_gang_adds()
    {
        var state = new Hall().Model("h100", 100, 700).Loop("cdu", 16_000).Rack("r1", 8, 4, loop: "cdu", share: 0.9).State();
        state.Run(Ask.For(Ask.Group(4, count: 3)), "before");
        var reason = state.Waits(Ask.For(Ask.Group(4, count: 4)));
        Assert.Equal((ReasonCode.HeatShort, "cdu"), (reason.Code, reason.Subject));
        Assert.Equal((4 * 2400 * 0.9, 16_000 - 0.9 * (3200 + 3 * 2400)), (reason.Needed, reason.Available));
    }

    [Fact]
    public void A_trunk_inside_the_required_level_says_what_the_gang_needs_of_it()
    {
        var state = new Hall().Link("up-0", 1000).Link("up-1", 1000)
            .Rack("r1", 4, 8, leaf: 0, spine: 0, leafLink: "up-0").Rack("r2", 4, 8, leaf: 1, spine: 0, leafLink: "up-1").State();
        var reason = state.Waits(Ask.For(Ask.Group(8, count: 8, network: 100)).Within(TopologyLevel.Spine));
        Assert.Equal(ReasonCode.LinkShort, reason.Code);
        Assert.True(reason.Needed > reason.Available, reason.Explain());
        Assert.Equal(1000, reason.Available);
    }

    [Fact]
    public void Slow_adapters_inside_the_required_level_are_named_not_the_level()
    {
        var state = new Hall().Rack("r1", 4, 8, leaf: 0, network: 100).Rack("r2", 1, 8, leaf: 1, network: 800).State();
        var reason = state.Waits(Ask.For(Ask.Group(8, count: 4, network: 400)).Within(TopologyLevel.Rack));
        Assert.Equal((ReasonCode.AdapterShort, 400.0, 100.0), (reason.Code, reason.Needed, reason.Available));
    }

    [Fact]
    public void A_rack_with_GPUs_and_too_little_power_is_named_by_its_power()
    {
        var state = new Hall().Model("h100", 100, 700).Power("p1", 9000).Power("p2", 9000)
            .Rack("r1", 4, 4, power: "p1").Rack("r2", 4, 4, power: "p2").State();
        state.SetPowerLimit(0, Watts.FromWatts(1600 + 3 * 2400));
        state.SetPowerLimit(1, Watts.FromWatts(1600 + 2400));
        var reason = state.Waits(Ask.For(Ask.Group(4, count: 4)).Within(TopologyLevel.Rack));
        Assert.Equal((ReasonCode.PowerShort, "p1"), (reason.Code, reason.Subject));
        Assert.Equal([new DomainRoom("r1", 3, 4), new DomainRoom("r2", 1, 4)], reason.Domains);
    }

    [Fact]
    public void Groups_that_fit_alone_and_not_together_name_what_runs_out()
    {
        var state = new Hall().Rack("r1", 2, 8, cpu: 32_000).State();
        var cpu = state.Waits(Ask.For(Ask.Group(8, count: 2, cpu: 20_000), Ask.Group(0, count: 2, cpu: 20_000)));
        Assert.Equal(ReasonCode.CpuShort, cpu.Code);
        var gpus = state.Waits(Ask.For(Ask.Group(8, count: 1), Ask.Group(4, count: 3)));
        Assert.Equal((ReasonCode.GpusShort, 3.0, 2.0), (gpus.Code, gpus.Needed, gpus.Available));
    }
}
