using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using CsCheck;

namespace ControlPlane.Scheduling.Tests;

/// <summary>Which running jobs give power up, and which get it back.</summary>
public sealed class PowerReliefTests
{
    private static readonly Gen<(int Gpus, int Priority, int Kind)[]> Jobs =
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 3], Gen.Int[0, 3]).Array[1, 20];

    [Fact]
    public void Lower_priority_steps_down_first_and_equals_step_down_together()
    {
        var state = Hall();
        Run(state, "high", 8, 200, [100, 80, 60]);
        Run(state, "low-1", 8, 100, [100, 80, 60]);
        Run(state, "low-2", 8, 100, [100, 80, 60]);
        // 8 GPUs free 140 W each from 100 to 80 %, and as much from 80 to 60 %.
        Assert.Equal([new("low-2", 80)], Lower(state, 8 * 140));
        Assert.Equal([new("low-1", 80), new("low-2", 80)], Lower(state, 16 * 140));
        Assert.Equal([new("low-1", 80), new("low-2", 60)], Lower(state, 24 * 140));
        Assert.Equal([new("high", 80), new("low-1", 60), new("low-2", 60)], Lower(state, 40 * 140));
    }

    [Fact]
    public void Whoever_accepts_no_lower_limit_is_left_alone()
    {
        var state = Hall();
        Run(state, "fixed", 8, 100, []);
        Assert.Empty(Lower(state, 1000));
    }

    [Fact]
    public void What_is_under_way_counts_as_given_up()
    {
        var state = Hall();
        Run(state, "one", 8, 100, [100, 50]);
        Run(state, "two", 8, 100, [100, 50]);
        var asked = new Dictionary<int, Watts> { [0] = state.PowerCommitted(0) - Watts.FromWatts(8 * 350) };
        Assert.Empty(PowerRelief.Lower(state, asked, job => job.Value == "one" ? 50 : 100, _ => 0));
    }

    [Fact]
    public void It_suffices_where_all_accepted_limits_together_do_and_nobody_gives_up_for_nothing() =>
        Gen.Select(Jobs, Gen.Double[0, 1]).Sample((jobs, share) =>
        {
            var state = Hall();
            for (var index = 0; index < jobs.Length; index++)
            {
                var (gpus, priority, kind) = jobs[index];
                ValueList<int> accepted = kind switch { 0 => [], 1 => [100, 80], 2 => [100, 90, 70, 40], _ => [90, 60] };
                if (state.Place(Spec(gpus, priority, accepted), $"job-{index}") is Placed placed)
                    state.Assign(new JobId($"job-{index}"), Spec(gpus, priority, accepted), placed.Assignment);
            }
            var lowest = state.Fork();
            foreach (var job in lowest.Jobs)
                lowest.Reassign(job, lowest.AssignmentOf(job)! with { PowerPercent = lowest.SpecOf(job)!.PowerPercents is { Count: > 0 } some ? some[^1] : 100 });
            var (most, least) = (state.PowerCommitted(0), lowest.PowerCommitted(0));
            var asked = least + ((most - least) * share);
            var given = PowerRelief.Lower(state, new Dictionary<int, Watts> { [0] = asked }, job => state.AssignmentOf(job)!.PowerPercent, _ => 0);
            var after = With(state, given);
            Assert.True(after.PowerCommitted(0) <= asked, $"{after.PowerCommitted(0)} of {asked}");
            after.Verify();
            Assert.All(given, one => Assert.Contains(one.Percent, state.SpecOf(one.Job)!.PowerPercents));
            // Whoever gave up last was needed: without the last step of some job it would not suffice.
            if (given.Count > 0)
                Assert.Contains(given, one => With(state, given.Where(other => other != one)).PowerCommitted(0) > asked);
        }, iter: 200);

    [Fact]
    public void Jobs_rise_one_step_at_a_time_within_the_limit_and_the_ramp()
    {
        var state = Hall();
        Run(state, "high", 8, 200, [100, 80, 60], 60);
        Run(state, "low", 8, 100, [100, 80, 60], 60);
        state.SetPowerLimit(0, state.PowerCommitted(0) + Watts.FromWatts(8 * 140 * 1.5));
        Assert.Equal([new("high", 80)], Raise(state, 1e6));
        state.SetPowerLimit(0, state.PowerCommitted(0) + Watts.FromWatts(1e6));
        Assert.Equal([new("high", 80), new("low", 80)], Raise(state, 1e6));
        Assert.Equal([new("high", 80)], Raise(state, 8 * 140 * 1.5));
        Assert.Empty(Raise(state, 100));
        Assert.Equal([new("high", 80)], Raise(state, 1e6, alone: true));
    }

    [Fact]
    public void Room_for_a_waiting_job_is_made_only_where_it_then_starts_and_by_nobody_above_it() =>
        Gen.Select(Jobs, Gen.Int[1, 16], Gen.Int[0, 3], Gen.Int[0, 6000]).Sample((jobs, gpus, priority, spare) =>
        {
            var state = Hall();
            for (var index = 0; index < jobs.Length; index++)
            {
                var spec = Spec(jobs[index].Gpus, jobs[index].Priority, jobs[index].Kind == 0 ? [] : [100, 70, 40]);
                if (state.Place(spec, $"job-{index}") is Placed placed)
                    state.Assign(new JobId($"job-{index}"), spec, placed.Assignment);
            }
            state.SetPowerLimit(0, state.PowerCommitted(0) + Watts.FromWatts(spare));
            var asked = Ask.For(Ask.Group(1, gpus)) with { Priority = priority };
            var lower = PowerRoom.For(state, new JobId("asked"), asked, _ => 0, PlacementProfile.Factory, 1);
            Assert.All(lower, one => Assert.True(state.SpecOf(one.Job)!.Priority <= priority));
            Assert.Empty(PowerRoom.For(state, new JobId("asked"), asked, _ => 0, PlacementProfile.Factory, 1, _ => true));
            if (state.Place(asked, "asked") is Placed)
                Assert.Empty(lower);
            else if (lower.Count > 0)
                Assert.IsType<Placed>(With(state, lower).Place(asked, "asked"));
        }, iter: 200);

    private static IEnumerable<(string, int)> Lower(HallState state, double watts) =>
        PowerRelief.Lower(
            state, new Dictionary<int, Watts> { [0] = state.PowerCommitted(0) - Watts.FromWatts(watts) }, job => state.AssignmentOf(job)!.PowerPercent,
            job => job.Value.EndsWith('2') ? 2 : 1).Select(one => (one.Job.Value, one.Percent));

    private static IEnumerable<(string, int)> Raise(HallState state, double most, bool alone = false) =>
        PowerRelief.Raise(state, _ => true, _ => 0, Watts.FromWatts(most), alone).Select(one => (one.Job.Value, one.Percent));

    private static HallState With(HallState state, IEnumerable<JobPercent> given)
    {
        var after = state.Fork();
        foreach (var (job, percent) in given)
            after.Reassign(job, after.AssignmentOf(job)! with { PowerPercent = percent });
        return after;
    }

    private static void Run(HallState state, string job, int gpus, int priority, ValueList<int> accepted, int percent = 100)
    {
        var placed = Assert.IsType<Placed>(state.Place(Spec(gpus, priority, []), job));
        state.Assign(new JobId(job), Spec(gpus, priority, accepted), placed.Assignment with { PowerPercent = percent });
    }

    private static JobSpec Spec(int gpus, int priority, ValueList<int> accepted) =>
        Ask.For(Ask.Group(gpus)) with { Priority = priority, PowerPercents = accepted };

    private static HallState Hall() => new Hall().Model("h100", 0, 700).Power("feed", 1e6).Rack("r", nodes: 8, gpus: 8, power: "feed").State();
}
