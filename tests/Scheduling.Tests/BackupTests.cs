using ControlPlane.Domain;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling.Tests;

/// <summary>What a feed must be able to carry when another fails limits what is placed beforehand.</summary>
public sealed class BackupTests
{
    [Fact]
    public void Two_feeds_that_back_each_other_carry_together_what_one_of_them_can()
    {
        var state = TwoFeeds(a: 4000, b: 4000).Backed("a", "b").Backed("b", "a").State();
        for (var number = 0; number < 4; number++)
            state.Run(Ask.For(Ask.Group(1)), $"job-{number}");
        // Idle 1,600 W and four leases of 600 W fill the 4,000 W of either feed.
        var reason = state.Waits(Ask.For(Ask.Group(1)), "next");
        Assert.Equal(ReasonCode.PowerShort, reason.Code);
        Assert.Matches("^[ab]$", reason.Subject);
        Assert.Equal($"room kept for the failure of {(reason.Subject == "a" ? "b" : "a")}", reason.Kept);
        Assert.Contains($"{reason.Subject} (room kept for", reason.Explain(), StringComparison.Ordinal);
        Assert.True(reason.Needed > reason.Available, reason.Explain());
    }

    [Fact]
    public void A_feed_that_nobody_backs_is_bounded_by_itself_only()
    {
        var state = TwoFeeds(a: 4000, b: 4000).State();
        for (var number = 0; number < 10; number++)
            state.Run(Ask.For(Ask.Group(1)), $"job-{number}");
        Assert.Equal(ReasonCode.PowerShort, state.Waits(Ask.For(Ask.Group(1)), "next").Code);
    }

    [Fact]
    public void Four_blocks_of_which_three_suffice_are_loaded_to_three_quarters()
    {
        var hall = new Hall().Model("h100", 0, 1000);
        string[] blocks = ["u1", "u2", "u3", "u4"];
        foreach (var block in blocks)
            hall.Power(block, 8000).Rack($"r-{block}", nodes: 1, gpus: 8, power: block);
        foreach (var block in blocks)
            hall.Backed(block, [.. blocks.Where(other => other != block)]);
        var state = hall.State();
        var placed = 0;
        while (state.Place(Ask.For(Ask.Group(1)), $"held-{placed}") is Placed decision)
            state.Assign(new JobId($"held-{placed++}"), Ask.For(Ask.Group(1)), decision.Assignment);
        Assert.Equal(24, placed);
        Assert.All(Enumerable.Range(0, 4), domain => Assert.True(state.PowerAtWorst(domain) <= Watts.FromWatts(8000)));
        Assert.Equal(ReasonCode.PowerShort, state.Refuses(Ask.For(Ask.Group(1, count: 25))).Code);
    }

    [Fact]
    public void What_stands_above_a_backup_must_bear_the_failure_too()
    {
        var hall = new Hall().Model("h100", 0, 1000).Power("grid-1", 9000).Power("grid-2", 3000).Power("a", 8000, "grid-1").Power("b", 8000, "grid-2")
            .Backed("a", "b").Rack("r", nodes: 1, gpus: 8, power: "a");
        var state = hall.State();
        state.Run(Ask.For(Ask.Group(3)), "three");
        var reason = state.Waits(Ask.For(Ask.Group(1)), "next");
        Assert.Equal((ReasonCode.PowerShort, "a", "no more than grid-2 can take over"), (reason.Code, reason.Subject, reason.Kept));
    }

    [Fact]
    public void An_assignment_that_only_a_failure_would_expose_is_not_committed()
    {
        var state = TwoFeeds(a: 4000, b: 2500).Backed("a", "b").State();
        var spec = Ask.For(Ask.Group(4));
        var assignment = new Assignment([new TaskPlacement(0, 0, 0, [0, 1, 2, 3], 1000)]);
        Assert.Contains(PlanCheck.Verify(state, new JobId("a"), spec, assignment), violation => violation.Rule == "power");
        Assert.Throws<InvariantException>(() => state.Assign(new JobId("a"), spec, assignment));
        Assert.Equal(0, state.JobCount);
    }

    private static Hall TwoFeeds(double a, double b) => new Hall().Model("h100", 100, 700).Power("a", a).Power("b", b)
        .Rack("r-a", nodes: 1, gpus: 8, power: "a").Rack("r-b", nodes: 1, gpus: 8, power: "b");
}
