using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using CsCheck;

namespace ControlPlane.Scheduling.Tests;

/// <summary>Gangs across trunks that go down.</summary>
public class TrunkTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<JobSpec> Specs =
        from count in Gen.Int[1, 4]
        from gpus in Gen.Int[1, 4]
        from network in Gen.Int[0, 2]
        from spares in Gen.Int[0, 3]
        from minimum in Gen.Int[0, 4]
        from preemptible in Gen.Int[0, 3]
        select Ask.For(Ask.Group(gpus, count, network: network * 5) with
        {
            Spares = spares == 1 ? 1 : 0,
            Minimum = minimum > 0 && minimum <= count ? minimum : null,
        }) with
        { Preemptible = preemptible > 0 };

    [Fact]
    public void A_gang_across_a_dead_trunk_is_moved_whole_or_left_and_one_that_may_not_be_moved_stays()
    {
        foreach (var (leaves, preemptible, moves) in ((int, bool, bool)[])[(3, true, true), (3, false, false), (2, true, false)])
        {
            var state = new HallState(Leaves(leaves));
            var spec = Ask.For(Ask.Group(4, 4, network: 10)) with { Preemptible = preemptible };
            var before = state.Run(spec, "gang");
            state.SetLinkUp(before.Tasks[0].Node / 2, false);
            var repairs = new Repairs(state, PlacementProfile.Factory, 1);
            Assert.True(state.MayImprove);
            var step = repairs.For(new JobId("gang"));
            Assert.Equal(moves, step is { Kind: StepKind.Restart, Assignment.Tasks.Count: 4 });
            if (!moves)
                Assert.Null(step);
        }
    }

    [Fact]
    public void A_gang_across_a_dead_trunk_still_takes_a_spare_when_a_node_fails()
    {
        var state = new HallState(Leaves(2));
        var spec = Ask.For(Ask.Group(4, 3, network: 10) with { Spares = 1 });
        var before = state.Run(spec, "gang");
        state.SetLinkUp(0, false);
        state.SetNodeCondition(before.Tasks[0].Node, NodeCondition.Failed);
        var step = new Repairs(state, PlacementProfile.Factory, 1).For(new JobId("gang"));
        Assert.Equal((StepKind.Repair, 3), (step!.Kind, step.Assignment!.Tasks.Count));
        Verified(state, step, spec);
        step.ApplyTo(state, spec);
        state.Verify();
    }

    /// <summary>Whatever happens: passes come to rest, plans pass the second look, nobody is put across a dead trunk, and no gang stays across one that it could leave.</summary>
    [Fact]
    public void Gangs_leave_dead_trunks_where_they_can_and_passes_come_to_rest() =>
        Gen.Select(Gen.Int[2, 4], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 999], Specs).Array[1, 16]).Sample((leaves, life) =>
        {
            var (state, waiting) = (new HallState(Leaves(leaves)), new WaitingJobs());
            for (var number = 0; number < life.Length; number++)
            {
                var (kind, which, spec) = life[number];
                switch (kind)
                {
                    case 0 or 1 or 2:
                        state.SetLinkUp(which % leaves, which % 3 == 0);
                        break;
                    case 3:
                        state.SetNodeCondition(which % state.Layout.Nodes.Count, (NodeCondition)(which / 7 % 4));
                        break;
                    case 4 when state.JobCount > 0:
                        state.Release(state.Jobs[which % state.JobCount]);
                        break;
                    default:
                        waiting.Add(new WaitingJob(new JobId($"job-{number}"), spec, number));
                        break;
                }
                Rest(state, waiting);
            }
        });

    private static void Rest(HallState state, WaitingJobs waiting)
    {
        var known = state.Jobs.ToDictionary(job => job, job => state.SpecOf(job)!);
        foreach (var job in waiting.InOrder)
            known[job.Job] = job.Spec;
        for (var (pass, steps) = (0, -1); steps != 0; pass++)
        {
            Assert.True(pass < 50, "The passes do not come to rest.");
            var cycle = new SchedulingCycle(state, waiting, new CycleOptions(PlacementProfile.Factory, 1, Now, _ => null));
            for (steps = 0; cycle.Next() is { } step; steps++)
                Carry(state, waiting, step, known);
        }
        state.Verify();
        foreach (var job in new Repairs(state, PlacementProfile.Factory, 1).Damaged().Where(job => state.CutLinksOf(job).Count > 0))
            Assert.Null(new Repairs(state, PlacementProfile.Factory, 1).For(job));
    }

    private static void Carry(HallState state, WaitingJobs waiting, CycleStep step, Dictionary<JobId, JobSpec> known)
    {
        var spec = known[step.Job];
        Verified(state, step, spec);
        step.ApplyTo(state, spec);
        waiting.Remove(step.Job);
        foreach (var job in step.Evicted.Concat(step.Kind == StepKind.Requeue ? [step.Job] : []))
            waiting.Add(new WaitingJob(job, known[job], long.Parse(job.Value[4..], System.Globalization.CultureInfo.InvariantCulture)));
        if (step.Kind is StepKind.Place or StepKind.Restart)
            Assert.Empty(state.CutLinksOf(step.Job));
    }

    private static void Verified(HallState state, CycleStep step, JobSpec spec)
    {
        if (step.Assignment is null)
            return;
        var after = state.Fork();
        foreach (var job in step.Evicted.Concat(step.Changed.Select(change => change.Job)).Append(step.Job).Where(after.Contains))
            after.Release(job);
        Assert.Empty(PlanCheck.Verify(after, step.Job, spec, step.Assignment, state.AssignmentOf(step.Job)));
    }

    // Every leaf has one rack of two nodes of four GPUs.
    private static HallLayout Leaves(int leaves)
    {
        var hall = new Hall();
        for (var leaf = 0; leaf < leaves; leaf++)
            hall.Link($"l{leaf}", 1000);
        for (var leaf = 0; leaf < leaves; leaf++)
            hall.Rack($"r{leaf}", 2, 4, leaf: leaf, spine: 0, leafLink: $"l{leaf}");
        return hall.Layout();
    }
}
