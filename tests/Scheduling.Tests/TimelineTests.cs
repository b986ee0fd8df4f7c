using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling.Tests;

public sealed class TimelineTests
{
    private static readonly PlacementProfile Profile = PlacementProfile.Factory;

    [Fact]
    public void Reserves_the_first_end_that_frees_enough()
    {
        var state = new Hall().Rack("r", 2, 4).State();
        Hold(state, "a", 0, 4);
        Hold(state, "b", 1, 4);
        var timeline = Over(state, ("a", 30), ("b", 10));
        Assert.Equal(At(10), Reserve(timeline, "x", Ask.For(Ask.Group(4)), 60)!.Start);
        // The second four are those of b, and after x or after a: a ends first.
        Assert.Equal(At(30), Reserve(timeline, "y", Ask.For(Ask.Group(4)), 60)!.Start);
        Assert.Equal(At(70), Reserve(timeline, "z", Ask.For(Ask.Group(4)), 60)!.Start);
        Assert.Equal(["x", "y", "z"], timeline.Reservations.Select(one => one.Job.Value));
    }

    [Fact]
    public void A_short_job_is_reserved_in_the_hole_before_a_long_one()
    {
        var state = new Hall().Rack("r", 1, 4).State();
        Hold(state, "a", 0, 2);
        var timeline = Over(state, ("a", 30));
        Assert.Equal(At(30), Reserve(timeline, "whole", Ask.For(Ask.Group(4)), 60)!.Start);
        Assert.Equal(At(0), Reserve(timeline, "short", Ask.For(Ask.Group(2)), 30)!.Start);
        Assert.Equal(At(90), Reserve(timeline, "long", Ask.For(Ask.Group(2)), 31)!.Start);
    }

    [Theory]
    [InlineData(30, 2, true)]
    [InlineData(31, 2, false)]
    [InlineData(31, 1, true)]
    [InlineData(null, 1, true)]
    [InlineData(null, 2, false)]
    public void A_later_job_ends_in_time_or_leaves_the_head_what_it_needs(int? minutes, int gpus, bool may)
    {
        var state = new Hall().Rack("r", 1, 4).State();
        Hold(state, "a", 0, 2);
        var timeline = Over(state, ("a", 30));
        Reserve(timeline, "head", Ask.For(Ask.Group(3)), 60);
        var spec = Ask.For(Ask.Group(gpus));
        // The head is planned on the lowest GPUs, which the later job would get: it is given others.
        var found = Assert.IsType<Placed>(state.Place(spec)).Assignment;
        Assert.Equal(may, timeline.MayStartNow(new JobId("later"), spec, found, Minutes(minutes)));
        Assert.Equal(At(30), timeline.Reservations[0].Start);
    }

    [Fact]
    public void A_reservation_moves_aside_at_its_time_when_a_job_starts_in_its_place()
    {
        var state = new Hall().Rack("r", 2, 4).State();
        Hold(state, "a", 0, 4);
        Hold(state, "b", 1, 1);
        var timeline = Over(state, ("a", 30), ("b", 5));
        Assert.Equal(1, Reserve(timeline, "head", Ask.For(Ask.Group(4)), 10)!.Assignment.Tasks[0].Node);
        var later = Ask.For(Ask.Group(2));
        var there = new Assignment([new TaskPlacement(0, 0, 1, [1, 2], 1000)]);
        Assert.False(timeline.MayStartNow(new JobId("later"), later, there, Minutes(10)));
        Assert.True(timeline.MayStartNow(new JobId("later"), later, there, Minutes(5)));
        timeline.Started(new JobId("later"), later, there, Minutes(5));
        Assert.Equal(At(5), timeline.Reservations.Single().Start);
    }

    [Fact]
    public void Nothing_is_reserved_into_a_window_except_for_whom_it_is_kept()
    {
        var state = new Hall().Rack("r", 2, 4).Queue("default").Queue("other").State();
        NodeWindow service = new("service", [0], At(60), At(120));
        NodeWindow kept = new("kept", [1], At(0), At(240)) { Queue = new QueueId("other") };
        var timeline = new Timeline(state, At(0), _ => null, [service, kept]);
        Assert.Equal(At(0), Reserve(timeline, "short", Ask.For(Ask.Group(4)), 60)!.Start);
        Assert.Equal(At(120), Reserve(timeline, "long", Ask.For(Ask.Group(4)), 61)!.Start);
        var others = Reserve(timeline, "theirs", Ask.For(Ask.Group(4)) with { Queue = new QueueId("other") }, 240)!;
        Assert.Equal((At(0), 1), (others.Start, others.Assignment.Tasks[0].Node));
    }

    [Fact]
    public void A_limit_of_power_counts_over_the_whole_interval()
    {
        // Two GPUs may run at once, on whichever node.
        var state = new Hall().Model("h100", 0, 500).Power("feed", 1000).Rack("r", 3, 1, power: "feed").State();
        Hold(state, "a", 0, 1);
        Hold(state, "b", 1, 1);
        var timeline = Over(state, ("a", 10), ("b", 40));
        Assert.Equal(At(10), Reserve(timeline, "x", Ask.For(Ask.Group(1)), 20)!.Start);
        Assert.Equal(At(30), Reserve(timeline, "y", Ask.For(Ask.Group(1)), 20)!.Start);
        Assert.Equal(At(40), Reserve(timeline, "z", Ask.For(Ask.Group(1)), 20)!.Start);
    }

    [Fact]
    public void A_limit_of_a_queue_counts_over_the_whole_interval()
    {
        var state = new Hall().Rack("r", 1, 8).Queue("default", 4000).State();
        Hold(state, "a", 0, 3);
        var timeline = Over(state, ("a", 10));
        Assert.Equal(At(10), Reserve(timeline, "x", Ask.For(Ask.Group(2)), 20)!.Start);
        Assert.False(timeline.MayStartNow(new JobId("y"), Ask.For(Ask.Group(3)), new Assignment([new TaskPlacement(0, 0, 0, [4, 5, 6], 1000)]), Minutes(11)));
    }

    [Fact]
    public void A_job_is_never_reserved_behind_one_that_never_ends()
    {
        var state = new Hall().Rack("r", 1, 4).State();
        Hold(state, "a", 0, 2);
        var timeline = new Timeline(state, At(0), _ => null, []);
        Assert.Null(Reserve(timeline, "x", Ask.For(Ask.Group(3)), 1));
        Assert.Null(timeline.Estimate(new JobId("x"), Ask.For(Ask.Group(3)), Minutes(1), Profile, 1));
    }

    [Theory]
    [InlineData(-30, 30)]
    [InlineData(0, 1)]
    public void An_overdue_job_goes_on_as_long_as_it_is_overdue(int end, int start)
    {
        var state = new Hall().Rack("r", 1, 4).State();
        Hold(state, "a", 0, 2);
        Assert.Equal(At(start), Reserve(Over(state, ("a", end)), "x", Ask.For(Ask.Group(3)), 1)!.Start);
    }

    [Fact]
    public void An_estimate_names_whom_it_waits_for_and_plans_nothing()
    {
        var state = new Hall().Rack("r", 6, 1).Rack("s", 1, 1).State();
        for (var node = 0; node < 7; node++)
            Hold(state, $"job-{node}", node, 1);
        var timeline = new Timeline(state, At(0), job => At(job.Value[^1] - '0' + 1), []);
        var estimate = timeline.Estimate(new JobId("x"), Ask.For(Ask.Group(1, 6)), Minutes(10), Profile, 1)!;
        Assert.Equal(At(6), estimate.EarliestStart);
        Assert.Equal(["job-5", "job-4", "job-3", "job-2"], estimate.WaitsFor.Select(job => job.Value));
        Assert.Equal((2, 0), (estimate.LeftOut, timeline.Reservations.Count));
    }

    [Fact]
    public void An_earlier_reservation_is_kept_as_it_was_unless_an_earlier_start_is_found()
    {
        var state = new Hall().Rack("r", 2, 4).State();
        Hold(state, "a", 0, 4);
        Hold(state, "b", 1, 4);
        var spec = Ask.For(Ask.Group(4));
        var before = Reserve(Over(state, ("a", 30), ("b", 30)), "x", spec, 10)! with { Assignment = new Assignment([new TaskPlacement(0, 0, 1, [0, 1, 2, 3], 1000)]) };
        var same = Over(state, ("a", 30), ("b", 30)).Reserve(new JobId("x"), spec, Minutes(10), Profile, 1, before);
        Assert.Equal(before, same);
        var sooner = Over(state, ("a", 20), ("b", 30)).Reserve(new JobId("x"), spec, Minutes(10), Profile, 1, before)!;
        Assert.Equal((At(20), 0), (sooner.Start, sooner.Assignment.Tasks[0].Node));
    }

    [Fact]
    public void A_window_that_ends_before_it_begins_is_refused() => Assert.Throws<ArgumentException>(
        () => new Timeline(new Hall().Rack("r", 1, 1).State(), At(0), _ => null, [new NodeWindow("w", [0], At(2), At(1))]));

    private static DateTimeOffset At(int minutes) => BackfillRun.At(minutes);

    private static TimeSpan? Minutes(int? minutes) => minutes is { } known ? TimeSpan.FromMinutes(known) : null;

    private static Timeline Over(HallState state, params (string Job, int Minutes)[] ends) =>
        new(state, At(0), job => At(ends.Single(end => end.Job == job.Value).Minutes), []);

    private static PlannedStart? Reserve(Timeline timeline, string job, JobSpec spec, int minutes) =>
        timeline.Reserve(new JobId(job), spec, Minutes(minutes), Profile, 1);

    private static void Hold(HallState state, string job, int node, int gpus) => state.Assign(
        new JobId(job), Ask.For(Ask.Group(gpus)), new Assignment([new TaskPlacement(0, 0, node, Enumerable.Range(0, gpus).ToValueList(), 1000)]));
}
