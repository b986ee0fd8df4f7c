using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using CsCheck;

namespace ControlPlane.Scheduling.Tests;

/// <summary>What must hold for every hall and every sequence of events. CsCheck prints the seed of a failure.</summary>
public sealed class HallProperties
{
    private const int Runs = 400;

    private static readonly Gen<TaskGroup> Groups =
        from kind in Gen.Int[0, 6]
        from count in Gen.Int[1, 4]
        from gpus in Gen.Int[1, 4]
        from milli in Gen.Int[1, 9]
        from cpu in Gen.Int[0, 3]
        from network in Gen.Int[0, 2]
        from model in Gen.Int[0, 3]
        from profile in Gen.Int[0, 5]
        select kind == 6 ? Ask.Instance(profile, count, cpu * 1000) : Ask.Group(
            kind is 0 or 1 ? 0 : gpus, count, kind == 1 ? milli * 100 : 0, cpu * 1000, cpu, network * 100,
            model switch { 0 => ["h100"], 1 => ["gb200"], _ => [] });

    private static readonly Gen<JobSpec> Specs =
        from groups in Groups.Array[1, 2]
        from required in Gen.Int[0, 12]
        from preferred in Gen.Int[0, 12]
        from queue in Gen.Bool
        select Ask.For(groups).Within(Level(required), Level(preferred)) with { Queue = new QueueId(queue ? "default" : "small") };

    private static readonly Gen<HallLayout> Halls =
        from racks in Gen.Select(Gen.Int[1, 3], Gen.Int[0, 4], Gen.Int[0, 1], Gen.Int[6, 30], Gen.Bool).Array[1, 6]
        from feed in Gen.Int[20, 120]
        from loop in Gen.Int[20, 120]
        from trunk in Gen.Int[1, 20]
        from backup in Gen.Int[0, 3]
        select Build(racks, feed * 100, loop * 100, trunk * 100, backup);

    private static readonly Gen<(int Kind, int Which, int Amount, JobSpec Spec)[]> Events =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 1000], Gen.Int[0, 1000], Specs).Array[1, 25];

    [Fact]
    public void Every_placement_is_whole_sound_and_within_every_limit_whatever_happens() =>
        Gen.Select(Halls, Events, Gen.Int[0, 6]).Sample(
            (layout, events, profile) =>
            {
                var state = new HallState(layout);
                for (var step = 0; step < events.Length; step++)
                    Happen(state, events[step], step, PlacementProfile.Named(PlacementProfile.Names[profile])!);
            },
            iter: Runs);

    [Fact]
    public void What_is_refused_is_refused_by_the_empty_hall_too() =>
        Gen.Select(Halls, Events, Specs).Sample(
            (layout, events, spec) =>
            {
                var state = new HallState(layout);
                for (var step = 0; step < events.Length; step++)
                    Happen(state, events[step] with { Kind = 0 }, step, PlacementProfile.Factory);
                if (state.Place(spec, "asked") is not Refused)
                    return;
                foreach (var job in state.Jobs)
                {
                    state.Release(job);
                    Assert.IsType<Refused>(state.Place(spec, "asked"));
                }
                foreach (var profile in PlacementProfile.Names)
                    Assert.IsType<Refused>(new HallState(layout).Place(spec, "asked", PlacementProfile.Named(profile)));
            },
            iter: Runs);

    [Fact]
    public void Releasing_everything_leaves_the_hall_as_new() =>
        Gen.Select(Halls, Events).Sample(
            (layout, events) =>
            {
                var state = new HallState(layout);
                var fresh = new HallState(layout);
                for (var step = 0; step < events.Length; step++)
                    Happen(state, events[step] with { Kind = 0 }, step, PlacementProfile.Factory);
                foreach (var job in state.Jobs)
                    state.Release(job);
                state.Verify();
                Assert.Equal(fresh.FreeGpus, state.FreeGpus);
                for (var domain = 0; domain < layout.PowerDomains.Count; domain++)
                    Assert.Equal(fresh.PowerCommitted(domain), state.PowerCommitted(domain));
            },
            iter: Runs);

    [Fact]
    public void The_same_question_has_the_same_answer_and_asking_changes_nothing() =>
        Gen.Select(Halls, Events, Specs, Gen.Int[0, 6]).Sample(
            (layout, events, spec, named) =>
            {
                var profile = PlacementProfile.Named(PlacementProfile.Names[named])!;
                var state = new HallState(layout);
                for (var step = 0; step < events.Length; step++)
                    Happen(state, events[step], step, profile);
                var first = state.Place(spec, "asked", profile);
                state.Verify();
                Assert.Equal(first, state.Place(spec, "asked", profile));
                Assert.Equal(first, state.Fork().Place(spec, "asked", profile));
                Assert.NotEmpty(first.Explain());
            },
            iter: Runs);

    [Fact]
    public void A_single_task_is_placed_wherever_any_plan_for_it_would_pass() =>
        Gen.Select(Halls, Events, Groups, Gen.Int[0, 6]).Sample(
            (layout, events, group, named) =>
            {
                var profile = PlacementProfile.Named(PlacementProfile.Names[named])!;
                var state = new HallState(layout);
                for (var step = 0; step < events.Length; step++)
                    Happen(state, events[step], step, profile);
                var spec = Ask.For(group with { Count = 1 });
                var possible = Enumerable.Range(0, layout.Nodes.Count).SelectMany(node => Plans(state, spec, node))
                    .Any(plan => PlanCheck.Verify(state, new JobId("asked"), spec, plan).Count == 0);
                Assert.Equal(possible, state.Place(spec, "asked", profile) is Placed);
            },
            iter: Runs);

    [Fact]
    public void A_job_that_waits_nearly_always_names_what_is_short_and_its_numbers_say_so()
    {
        var (waiting, unnamed) = (0, 0);
        Gen.Select(Halls, Events, Specs).Sample(
            (layout, events, spec) =>
            {
                var state = new HallState(layout);
                for (var step = 0; step < events.Length; step++)
                    Happen(state, events[step], step, PlacementProfile.Factory);
                if (state.Place(spec, "asked") is not Waiting answer)
                    return;
                Interlocked.Increment(ref waiting);
                if (answer.Reasons[0].Code == ReasonCode.NoCombination)
                    Interlocked.Increment(ref unnamed);
                Assert.All(answer.Reasons, reason => Assert.True(
                    reason.Code == ReasonCode.NoCombination || reason.Needed > reason.Available, reason.Explain()));
            },
            iter: Runs);
        // Where the search and the count put tasks in another order, no limit can be blamed; about one of a thousand.
        Assert.True(unnamed <= 2 + waiting / 50, $"{unnamed} of {waiting} waiting jobs name nothing.");
    }

    // Every GPU for a share; the free GPUs, or all, for whole ones: which of them makes no difference.
    private static IEnumerable<Assignment> Plans(HallState state, JobSpec spec, int node)
    {
        var group = spec.Groups[0];
        var gpus = state.Layout.Nodes[node].Gpus;
        if (group.Mig is not null)
        {
            for (var at = 0; at < gpus * 8; at++)
                yield return new Assignment([new TaskPlacement(0, 0, node, [at / 8], group.GpuMilli) { Slot = at % 8 }]);
            yield break;
        }
        if (group.GpuMilli > 0)
        {
            for (var gpu = 0; gpu < gpus; gpu++)
                yield return new Assignment([new TaskPlacement(0, 0, node, [gpu], group.GpuMilli)]);
            yield break;
        }
        var free = Enumerable.Range(0, gpus)
            .Where(gpu => state.FreeGpuMilli(node)[gpu] == 1000 && !state.IsGpuFailed(node, gpu)).Take(group.Gpus).ToValueList();
        yield return new Assignment([new TaskPlacement(0, 0, node, free, group.Gpus > 0 ? 1000 : 0)]);
    }

    private static void Happen(HallState state, (int Kind, int Which, int Amount, JobSpec Spec) what, int step, PlacementProfile profile)
    {
        var layout = state.Layout;
        var node = what.Which % layout.Nodes.Count;
        switch (what.Kind)
        {
            case 8 when state.JobCount > 0:
                state.Release(state.Jobs[what.Which % state.JobCount]);
                break;
            case 9:
                state.SetPowerLimit(what.Which % layout.PowerDomains.Count, Watts.FromWatts(what.Amount * 10));
                break;
            case 10:
                state.SetNodeCondition(node, (NodeCondition)(what.Amount % 3));
                break;
            case 11 when layout.Nodes[node].Gpus > 0:
                state.SetGpuFailed(node, what.Amount % layout.Nodes[node].Gpus, what.Amount % 2 == 0);
                break;
            default:
                TryPlace(state, what.Spec, $"job-{step}", profile);
                break;
        }
        state.Verify();
    }

    private static void TryPlace(HallState state, JobSpec spec, string name, PlacementProfile profile)
    {
        var before = state.Overcommitted();
        var decision = state.Place(spec, name, profile);
        if (decision is not Placed placed)
            return;
        Assert.Equal(spec.Groups.Sum(group => group.Count), placed.Assignment.Tasks.Count);
        Assert.Empty(PlanCheck.Verify(state, new JobId(name), spec, placed.Assignment));
        // Assign itself throws when a limit would be exceeded.
        state.Assign(new JobId(name), spec, placed.Assignment);
        Assert.Equal(before, state.Overcommitted());
    }

    private static TopologyLevel? Level(int number) => number <= 6 ? (TopologyLevel)number : null;

    private static HallLayout Build((int Nodes, int Gpus, int Model, int Power, bool Nvlink)[] racks, int feed, int loop, int trunk, int backup)
    {
        var hall = new Hall().Model("h100", 100, 700, mig: true).Model("gb200", 150, 1200).Queue("default", 20_000).Queue("small", 5000, "default")
            .Power("feed", feed).Loop("cdu", loop).Loop("air", loop).Link("leaf-0", trunk).Link("leaf-1", trunk).Link("spine", trunk);
        for (var rack = 0; rack < racks.Length; rack++)
        {
            var (nodes, gpus, model, power, nvlink) = racks[rack];
            var leaf = rack % 4 - 1;
            hall.Power($"p{rack}", power * 100, "feed");
            hall.Rack(
                $"r{rack}", nodes, gpus, model == 0 ? "h100" : "gb200", $"p{rack}", rack % 2 == 0 ? "cdu" : "air", 0.87,
                leaf, rack / 3, rack % 2, leaf is 0 or 1 ? $"leaf-{leaf}" : null, rack > 3 ? "spine" : null,
                nvlink, cpu: 6000, memory: 6, network: rack % 3 * 100, nodeBase: 50);
        }
        // 2N of the first two racks' domains, or all but one for one, or one feed that stands by for the other.
        var all = Enumerable.Range(0, racks.Length).Select(rack => $"p{rack}").ToArray();
        if (backup == 1 && racks.Length > 1)
            hall.Backed("p0", "p1").Backed("p1", "p0");
        for (var rack = 0; backup == 2 && rack < racks.Length; rack++)
            hall.Backed(all[rack], [.. all.Where(other => other != all[rack])]);
        if (backup == 3)
            hall.Power("other", feed * 0.7).Backed("feed", "other");
        return hall.Layout();
    }
}
