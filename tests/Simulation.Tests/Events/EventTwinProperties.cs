using System.Text.Json;
using ControlPlane.Simulation.Events;
using CsCheck;

namespace ControlPlane.Simulation.Tests.Events;

public sealed class EventTwinProperties
{
    private const long End = 96 * TwinPlans.Hour;

    [Fact]
    public void The_same_plan_gives_the_same_bytes_wherever_it_is_looked_at_saved_and_loaded() =>
        Gen.Select(TwinPlans.Any, Gen.Long[0, End].Array[0, 3]).Sample(
            (plan, stops) =>
            {
                var whole = new EventTwin(plan);
                whole.Advance(End);
                var pieces = new EventTwin(plan);
                foreach (var stop in stops.Order())
                {
                    pieces.Advance(stop);
                    _ = pieces.Outcome();
                    pieces = EventTwin.Load(pieces.Save(), "state");
                }
                pieces.Advance(End);
                Assert.Equal(whole.Save(), pieces.Save());
                Assert.Equal(JsonSerializer.Serialize(whole.Outcome()), JsonSerializer.Serialize(pieces.Outcome()));
            },
            iter: 60);

    [Fact]
    public void Two_forks_of_one_state_differ_only_by_what_was_changed() =>
        Gen.Select(TwinPlans.Any, Gen.Long[1, End / 2]).Sample(
            (plan, at) =>
            {
                var trunk = new EventTwin(plan);
                trunk.Advance(at);
                var before = trunk.Save();
                var (same, other) = (trunk.Fork(), trunk.Fork(plan with { CheckpointSeconds = plan.CheckpointSeconds + 100 }));
                same.Advance(End);
                other.Advance(End);
                Assert.Equal(before, trunk.Save());
                trunk.Advance(End);
                Assert.Equal(trunk.Save(), same.Save());
                // The same gangs came and, as long as no script takes nodes out at other times, the same nodes failed.
                Assert.Equal(same.Outcome()["gangsSubmitted"], other.Outcome()["gangsSubmitted"]);
                Assert.Equal(same.Outcome()["nodeFailures"], other.Outcome()["nodeFailures"]);
                Assert.Equal(same.Outcome().Rows.Select(row => row.NodesOut), other.Outcome().Rows.Select(row => row.NodesOut));
                // What had happened before the fork is the same in both.
                var past = (int)(at / (plan.SampleSeconds * 1000L));
                Assert.Equal(same.Outcome().Rows.Take(past), other.Outcome().Rows.Take(past));
            },
            iter: 40);

    [Fact]
    public void Every_GPU_hour_is_accounted_for_and_all_kept_work_is_work_that_was_asked_for() =>
        TwinPlans.Any.Sample(
            plan =>
            {
                var twin = new EventTwin(plan);
                twin.Advance(End);
                var outcome = twin.Outcome();
                var spent = outcome["usefulHours"] + outcome["lostHours"] + outcome["restartHours"] + outcome["checkpointHours"] + outcome["slowedHours"];
                Assert.Equal(outcome["gangHours"], spent, 1e-5);
                Assert.Equal(outcome["heldShare"] * outcome["gpus"] * End / TwinPlans.Hour, spent + outcome["servingHours"], 1e-3);
                if (twin.Alive > plan.Services.Sum(service => service.Replicas))
                    return;
                Assert.Equal(0, outcome["jobsRefused"]);
                var asked = plan.Jobs.Sum(job => job.Gpus * (double)job.Duration) / 3600;
                // Ends fall on whole milliseconds.
                Assert.Equal(asked, outcome["usefulHours"], 0.01);
                Assert.Equal(plan.Jobs.Count, outcome.Jobs.Count);
            },
            iter: 60);

    [Fact]
    public void A_run_that_is_stopped_is_whole_and_goes_on_to_the_same_end() =>
        Gen.Select(TwinPlans.Any, Gen.Int[1, 60]).Sample(
            (plan, events) =>
            {
                var (whole, stopped) = (new EventTwin(plan), new EventTwin(plan));
                whole.Advance(End);
                var left = events;
                if (!stopped.Advance(End, () => left-- == 0))
                    Assert.Equal(events, stopped.Events);
                Assert.False(stopped.Outcome(isWhole: false).IsWhole);
                stopped.Advance(End);
                Assert.Equal(whole.Save(), stopped.Save());
            },
            iter: 40);
}
