using ControlPlane.Domain.Units;
using ControlPlane.Facility.Caps;
using ControlPlane.Facility.Grid;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class FeedLoadTests
{
    [Fact]
    public void A_target_lowers_only_flexible_groups_and_its_end_raises_them()
    {
        var (feed, events) = Feed().Receive(Target(60, 600));
        Assert.Equal([FeedEvent.TargetSet], events);
        Assert.True(feed.IsCompliant);
        (feed, events) = feed.At(TimeSpan.FromSeconds(60));
        Assert.Equal([FeedEvent.StartRampDown], events);
        (feed, events) = feed.Converge();
        Assert.Equal([FeedEvent.EndRampDown], events);
        Assert.Equal([2.9, 4.6], feed.Groups.Select(group => group.Drawn.Value / 1e6));
        (feed, events) = feed.At(TimeSpan.FromSeconds(600));
        Assert.Equal([FeedEvent.StartRampUp, FeedEvent.EndRampUp], events);
        Assert.Equal(9.6, feed.Load.Value / 1e6);
        Assert.Empty(feed.Targets);
    }

    [Fact]
    public void Of_two_targets_the_later_one_rules()
    {
        var feed = Feed().Receive(Target(0, 600)).Feed.Receive(Target(10, 300) with { CorrelationId = "c2", Limit = Watts.FromKilowatts(8500) }).Feed;
        Assert.Equal(8500, feed.At(TimeSpan.FromSeconds(20)).Feed.Limit.Kilowatts);
        Assert.Equal(7500, feed.At(TimeSpan.FromSeconds(300)).Feed.Limit.Kilowatts);
    }

    [Fact]
    public void What_cannot_be_shed_stays_and_is_said() =>
        Gen.Select(Gen.Int[0, 9600], Gen.Int[0, 5000]).Sample((limit, floor) =>
        {
            var feed = Feed(floor).Receive(Target(0, null) with { Limit = Watts.FromKilowatts(limit) }).Feed.At(TimeSpan.Zero).Feed.Converge().Feed;
            var least = Watts.FromKilowatts(4600 + floor);
            return feed.IsCompliant == (feed.Load <= feed.Limit) && feed.Load >= least && (feed.IsCompliant || feed.Load == least);
        });

    [Fact]
    public void Relief_moves_work_where_there_is_room_and_pauses_the_rest()
    {
        var feed = Feed(5000).Receive(Target(0, null)).Feed.At(TimeSpan.Zero).Feed.Converge().Feed;
        var moved = FeedRelief.Plan(feed, ["train", "infer"], new Dictionary<string, Watts> { ["b"] = Watts.FromKilowatts(4000) });
        Assert.Equal([new ReliefAction(ReliefKind.Migrate, "train", Watts.FromKilowatts(2100), "b")], moved);
        var paused = FeedRelief.Plan(feed, ["train"], new Dictionary<string, Watts> { ["b"] = Watts.FromKilowatts(1) });
        Assert.Equal([new ReliefAction(ReliefKind.Pause, "train", Watts.FromKilowatts(2100), null)], paused);
    }

    [Fact]
    public void A_breach_is_found_becomes_worse_and_ends_under_one_id()
    {
        var watch = new BreachWatch(Watts.FromKilowatts(7500));
        var told = new List<BreachAlert?>();
        foreach (var kilowatts in (double[])[7700, 8200, 8200, 9300, 8200, 7600, 7400, 8300])
        {
            (watch, var alert) = watch.Observe(Watts.FromKilowatts(kilowatts), TimeSpan.FromSeconds(told.Count), $"B{told.Count}");
            told.Add(alert);
        }
        Assert.Equal(
            [null, BreachStatus.Active, null, BreachStatus.Escalated, null, null, BreachStatus.Resolved, BreachStatus.Active], told.Select(alert => alert?.Status));
        Assert.Equal(["B1", "B1", "B1", "B7"], told.OfType<BreachAlert>().Select(alert => alert.BreachId));
    }

    [Fact]
    public void A_breach_asks_the_least_important_first_and_nobody_once_it_is_over()
    {
        PriorityGroup[] groups =
            [new("prod", 0, Watts.FromKilowatts(6000), Watts.FromKilowatts(4000)), new("batch", 10, Watts.FromKilowatts(1500), Watts.FromKilowatts(500))];
        var alert = new BreachAlert("B1", BreachStatus.Escalated, BreachSeverity.Critical, Watts.FromKilowatts(9300), TimeSpan.Zero, null);
        var response = BreachResponse.For(alert, Watts.FromKilowatts(7500), groups);
        Assert.Equal([new ShedHint("batch", 1, Watts.FromKilowatts(500)), new ShedHint("prod", 2, Watts.FromKilowatts(5200))], response.Hints);
        Assert.Equal([InfrastructureAction.ShutdownNodes, InfrastructureAction.ShutdownRacks], response.Actions);
        Assert.Equal(BreachResponse.None, BreachResponse.For(alert with { Status = BreachStatus.Resolved }, Watts.FromKilowatts(7500), groups));
    }

    [Theory]
    [InlineData("success", "applied", "applied")]
    [InlineData("partial", "applied", "failed")]
    [InlineData("error", "failed", "skipped")]
    public void Enforcement_is_as_good_as_its_parts(string code, string first, string second) => Assert.Equal(code, Enforcement.Code([first, second]));

    private static LoadTarget Target(int start, int? end) =>
        new("c1", Watts.FromKilowatts(7500), TimeSpan.FromSeconds(start), end is { } ends ? TimeSpan.FromSeconds(ends) : null, true);

    private static FeedLoad Feed(double floorKilowatts = 2500) => new("a", Watts.FromKilowatts(10_000), Watts.Zero,
        [new("train", true, Watts.FromKilowatts(5000), Watts.FromKilowatts(floorKilowatts)), new("infer", false, Watts.FromKilowatts(4600), Watts.FromKilowatts(4600))]);
}
