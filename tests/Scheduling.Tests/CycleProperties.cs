using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using CsCheck;

namespace ControlPlane.Scheduling.Tests;

/// <summary>What holds of scheduling cycles whatever the hall, its queues and what happens in it.</summary>
public class CycleProperties
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Queues = ["a1", "a2", "b1", "b2"];

    private static readonly Gen<JobSpec> Specs =
        from queue in Gen.Int[0, 3]
        from priority in Gen.Int[0, 3]
        from preemptible in Gen.Int[0, 4]
        from count in Gen.Int[1, 4]
        from minimum in Gen.Int[0, 4]
        from spares in Gen.Int[0, 5]
        from gpus in Gen.Int[0, 4]
        from required in Gen.Int[0, 8]
        from slice in Gen.Int[0, 6]
        from apart in Gen.Int[0, 8]
        from percents in Gen.Int[0, 3]
        select Spec(queue, priority, preemptible > 0, count, minimum, spares, gpus, required, slice, apart, percents);

    private static readonly Gen<HallLayout> Halls =
        from racks in Gen.Int[1, 4]
        from quotas in Gen.Int[-1, 12].Array[6]
        from feed in Gen.Int[20, 400]
        select Build(racks, quotas, feed);

    // A job comes, a job ends, a node changes, a GPU fails or a limit moves; after each the cycle comes to rest.
    private static readonly Gen<(int Kind, int Which, JobSpec Spec)[]> Lives = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000], Specs).Array[1, 30];

    [Fact]
    public void Every_step_is_sound_nobody_is_evicted_for_nothing_and_cycles_come_to_rest() =>
        Gen.Select(Halls, Lives).Sample((layout, life) => new Life(layout).Through(life), iter: 2000);

    [Fact]
    public void The_same_life_takes_the_same_steps() =>
        Gen.Select(Halls, Lives).Sample(
            (layout, life) =>
            {
                var (one, other) = (new Life(layout), new Life(layout));
                one.Through(life);
                other.Through(life);
                Assert.Equal(one.Steps, other.Steps);
            },
            iter: 100);

    [Fact]
    public void Past_use_makes_a_queue_wait_longer_for_what_is_left_over()
    {
        var hall = Build(1, [-1, -1, 0, 0, 0, 0], 10_000);
        var state = new HallState(hall);
        var waiting = new WaitingJobs();
        waiting.Add(new WaitingJob(new JobId("first"), Spec(0, 1, true, 1, 4, 1, 4, 8, 0, 1, 1), 1));
        waiting.Add(new WaitingJob(new JobId("second"), Spec(1, 1, true, 1, 4, 1, 4, 8, 0, 1, 1), 2));
        var history = new UsageHistory(hall.Queues.Count, TimeSpan.FromHours(1));
        history.Advance(Now, state);
        state.Run(Spec(0, 1, true, 1, 4, 1, 4, 8, 0, 1, 1), "earlier");
        history.Advance(Now + TimeSpan.FromHours(1), state);
        state.Release(new JobId("earlier"));
        var cycle = new SchedulingCycle(state, waiting, new CycleOptions(PlacementProfile.Factory, 1, Now, _ => null) { Past = history.MilliGpuSeconds });
        // Both queues hold nothing now; the one that held something for the last hour goes second.
        Assert.Equal("first", Assert.IsType<CycleStep>(new SchedulingCycle(state, waiting, new CycleOptions(PlacementProfile.Factory, 1, Now, _ => null)).Next()).Job.Value);
        Assert.Equal("second", Assert.IsType<CycleStep>(cycle.Next()).Job.Value);
        Assert.Equal(4000 * 3600 * 0.5 / Math.Log(2), history.MilliGpuSeconds[2], 3);
    }

    private static JobSpec Spec(
        int queue, int priority, bool preemptible, int count, int minimum, int spares, int gpus, int required, int slice, int apart, int percents)
    {
        var instance = gpus is > 0 and < 6 && apart == 2;
        var group = (instance ? Ask.Instance(gpus, count) : Ask.Group(gpus, count)) with
        {
            Minimum = minimum >= count || minimum == 0 || slice == 1 ? null : minimum,
            Spares = spares == 0 && gpus > 0 && !instance && slice != 1 ? 1 : 0,
        };
        return Ask.For(group) with
        {
            Queue = new QueueId(Queues[queue]),
            Priority = priority,
            Preemptible = preemptible,
            PowerPercents = percents == 0 && !instance ? [100, 80, 60] : [],
            PowerSteps = percents == 1 && !instance ? [new PowerStep("maxp", 100, []), new PowerStep("maxq", 80, ["h200"]), new PowerStep("maxq", 60, ["h100"])] : [],
            Topology = new TopologyRequest(required <= 6 ? (TopologyLevel)required : null, null)
            {
                Slices = slice == 1 && count % 2 == 0 && required > 6 ? [new TopologySlice(TopologyLevel.Node, 2)] : [],
                AtMost = apart == 0 ? [new DomainLimit(TopologyLevel.Node, 1)] : [],
            },
        };
    }

    private static HallLayout Build(int racks, int[] quotas, int feed)
    {
        var hall = new Hall().Model("h100", 100, 700, mig: true).Model("h200", 100, 700, mig: true).Power("feed", feed * 100);
        foreach (var (name, parent) in new (string, string?)[] { ("a", null), ("b", null), ("a1", "a"), ("a2", "a"), ("b1", "b"), ("b2", "b") })
            hall.Queue(name, parent is null ? -1 : 20_000, parent);
        for (var rack = 0; rack < racks; rack++)
            hall.Rack($"r{rack}", 2, 4, rack % 3 == 2 ? "h200" : "h100", "feed", leaf: rack / 2, spine: 0);
        var layout = hall.Layout();
        return layout with
        {
            Queues = layout.Queues.Select((queue, index) => queue with { QuotaMilliGpu = quotas[index] < 0 ? -1 : quotas[index] * 1000, OverQuotaWeight = index % 3 }).ToValueList(),
        };
    }

    /// <summary>A hall's life: what happens, and the cycle's answer to it.</summary>
    private sealed class Life(HallLayout layout)
    {
        private readonly HallState _state = new(layout);
        private readonly WaitingJobs _waiting = new();
        private readonly HashSet<JobId> _yielded = [];
        private readonly Dictionary<JobId, (JobSpec Spec, RunFacts Facts)> _known = [];

        public List<CycleStep> Steps { get; } = [];

        public void Through((int Kind, int Which, JobSpec Spec)[] life)
        {
            for (var number = 0; number < life.Length; number++)
            {
                Happen(life[number], number);
                Rest();
            }
        }

        private void Happen((int Kind, int Which, JobSpec Spec) what, int number)
        {
            var node = what.Which % layout.Nodes.Count;
            switch (what.Kind)
            {
                case 7 when _state.JobCount > 0:
                    _state.Release(_state.Jobs[what.Which % _state.JobCount]);
                    break;
                case 8:
                    _state.SetNodeCondition(node, (NodeCondition)(what.Which / 7 % 4));
                    break;
                case 9:
                    _state.SetGpuFailed(node, what.Which % 4, what.Which % 3 == 0);
                    break;
                default:
                    var job = new JobId($"job-{number}");
                    _known[job] = (what.Spec, new RunFacts(Now, null, number));
                    _waiting.Add(new WaitingJob(job, what.Spec, number));
                    break;
            }
        }

        private void Rest()
        {
            _yielded.Clear();
            var options = new CycleOptions(PlacementProfile.Factory, 1, Now, job => _known[job].Facts) { HasYielded = _yielded.Contains };
            for (var pass = 0; ; pass++)
            {
                Assert.True(pass < 50, $"The cycle does not come to rest: {string.Join(" | ", Steps.TakeLast(12).Select(step => $"{step.Kind} {step.Job} x[{string.Join(",", step.Evicted)}] c[{string.Join(",", step.Changed.Select(change => change.Job + (change.Moved ? "m" : "s")))}] {_known[step.Job].Spec.Queue} {step.Assignment?.MilliGpus} {string.Join(" ", step.Assignment?.Tasks.Select(task => $"{task.Task}@{task.Node}") ?? [])}"))}");
                var cycle = new SchedulingCycle(_state, _waiting, options);
                var before = Steps.Count;
                while (cycle.Next() is { } step)
                    Carry(step);
                if (Steps.Count == before)
                    return;
            }
        }

        private void Carry(CycleStep step)
        {
            Steps.Add(step);
            if (step.Evicted.Count > 0)
                Assert.DoesNotContain(step.Job, _yielded);
            _yielded.UnionWith(step.Yielded);
            var spec = _known[step.Job].Spec;
            // An eviction happens only when it lets somebody start or grow within what its queue deserves.
            if (step.Evicted.Count > 0)
                Assert.True(step is { Kind: StepKind.Reclaim or StepKind.Preempt, Assignment: not null });
            foreach (var evicted in step.Evicted)
            {
                Assert.True(_known[evicted].Spec.Preemptible);
                if (step.Kind == StepKind.Preempt)
                    Assert.True(_known[evicted].Spec.Priority < spec.Priority && _known[evicted].Spec.Queue == spec.Queue);
                else
                    Assert.NotEqual(spec.Queue, _known[evicted].Spec.Queue);
            }
            var held = step.Evicted.Concat(step.Changed.Select(change => change.Job)).Append(step.Job).Where(_state.Contains).ToDictionary(job => job, job => _state.AssignmentOf(job)!);
            var overcommitted = _state.Overcommitted();
            step.ApplyTo(_state, spec);
            _state.Verify();
            Assert.Subset(overcommitted.ToHashSet(), _state.Overcommitted().ToHashSet());
            foreach (var job in step.Changed.Select(change => change.Job).Append(step.Job).Where(_state.Contains))
                RequireSound(job, held.GetValueOrDefault(job));
            _waiting.Remove(step.Job);
            foreach (var job in held.Keys.Where(job => !_state.Contains(job)))
                _waiting.Add(new WaitingJob(job, _known[job].Spec, _known[job].Facts.Sequence));
        }

        // Checked as if it were placed anew beside everybody else, by the code that shares nothing with the placer.
        private void RequireSound(JobId job, Assignment? before)
        {
            var without = _state.Fork();
            without.Release(job);
            Assert.Empty(PlanCheck.Verify(without, job, _known[job].Spec, _state.AssignmentOf(job)!, before));
        }
    }
}
