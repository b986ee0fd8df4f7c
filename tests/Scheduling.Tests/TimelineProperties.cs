using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using CsCheck;

namespace ControlPlane.Scheduling.Tests;

/// <summary>What reservations promise, for generated halls and job lists with exact durations. CsCheck prints the seed of a failure.</summary>
public sealed class TimelineProperties
{
    private const int Runs = 300;

    private static readonly Gen<HallLayout> Halls =
        from racks in Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[0, 1], Gen.Bool).Array[1, 4]
        from feed in Gen.Int[20, 120]
        from trunk in Gen.Int[4, 20]
        select Build(racks, feed * 100, trunk * 100);

    private static readonly Gen<JobSpec> Specs =
        from kind in Gen.Int[0, 6]
        from count in Gen.Int[1, 4]
        from gpus in Gen.Int[1, 4]
        from milli in Gen.Int[1, 9]
        from network in Gen.Int[0, 2]
        from least in Gen.Int[0, 3]
        from small in Gen.Bool
        from minutes in Gen.Int[1, 60]
        select BackfillRun.Lasting(
            Ask.For((kind == 6 ? Ask.Instance(milli % 6, count, 1000) : Ask.Group(kind == 1 ? 0 : gpus, count, kind == 1 ? milli * 100 : 0, 1000, 1, network * 100)) with
            {
                Minimum = least == 0 ? (count + 1) / 2 : null,
            }) with
            { Queue = new QueueId(small ? "small" : "default") },
            minutes);

    private static readonly Gen<(int Gap, JobSpec Spec)[]> Jobs = Gen.Select(Gen.Int[0, 12], Specs).Array[1, 20];

    [Theory]
    [InlineData(Backfill.Conservative)]
    [InlineData(Backfill.Easy)]
    public void A_reserved_job_starts_no_later_than_it_was_first_told(Backfill mode) =>
        Gen.Select(Halls, Jobs).Sample(
            (layout, jobs) =>
            {
                var run = Played(layout, jobs, mode, []);
                foreach (var (job, planned) in run.Promised)
                    Assert.True(run.Started[job] <= planned.Start, $"{job} was told {planned.Start:t} and started {run.Started[job]:t}.");
            },
            iter: Runs);

    [Fact]
    public void Nothing_runs_into_a_window_that_is_not_its_own_and_promises_hold_beside_windows() =>
        Gen.Select(Halls, Jobs, Gen.Int[0, 40], Gen.Int[1, 60], Gen.Int[0, 100], Gen.Bool).Sample(
            (layout, jobs, from, length, which, named) =>
            {
                var nodes = Enumerable.Range(0, layout.Nodes.Count).Where(node => (node + which) % 3 == 0).ToValueList();
                NodeWindow[] windows =
                [
                    new("service", nodes, BackfillRun.At(from), BackfillRun.At(from + length)) { Job = named ? new JobId($"job-{which % jobs.Length}") : null },
                ];
                var run = Played(layout, jobs, Backfill.Conservative, windows);
                foreach (var (job, planned) in run.Promised)
                    Assert.True(run.Started[job] <= planned.Start, $"{job} was told {planned.Start:t} and started {run.Started[job]:t}.");
            },
            iter: Runs);

    [Fact]
    public void The_same_jobs_have_the_same_starts_and_places() =>
        Gen.Select(Halls, Jobs, Gen.Bool).Sample(
            (layout, jobs, easy) =>
            {
                var mode = easy ? Backfill.Easy : Backfill.Conservative;
                var (one, other) = (Played(layout, jobs, mode, []), Played(layout, jobs, mode, []));
                Assert.Equal(one.Started.OrderBy(start => start.Key.Value), other.Started.OrderBy(start => start.Key.Value));
                Assert.Equal(one.Places.OrderBy(place => place.Key.Value), other.Places.OrderBy(place => place.Key.Value));
            },
            iter: Runs / 3);

    [Fact]
    public void No_job_of_one_task_is_reserved_later_than_the_first_instant_at_which_it_fits() =>
        Gen.Select(Halls, Jobs, Specs).Sample(
            (layout, jobs, asked) =>
            {
                var state = new HallState(layout);
                var ends = new Dictionary<JobId, DateTimeOffset>();
                for (var number = 0; number < jobs.Length; number++)
                {
                    var job = new JobId($"job-{number}");
                    if (Placer.Place(state, job, jobs[number].Spec, PlacementProfile.Factory, 1) is not Placed placed)
                        continue;
                    state.Assign(job, jobs[number].Spec, placed.Assignment);
                    ends.Add(job, BackfillRun.Origin + jobs[number].Spec.Expected!.Value);
                }
                var spec = asked with { Groups = [asked.Groups[0] with { Count = 1, Minimum = null }] };
                var timeline = new Timeline(state, BackfillRun.Origin, job => ends[job], []);
                var planned = timeline.Reserve(new JobId("asked"), spec, TimeSpan.FromMinutes(5), PlacementProfile.Factory, 1);
                Assert.Equal(FirstFit(state, ends, spec), planned?.Start);
            },
            iter: Runs);

    private static DateTimeOffset? FirstFit(HallState state, Dictionary<JobId, DateTimeOffset> ends, JobSpec spec)
    {
        var copy = state.Fork();
        foreach (var at in ends.Values.Append(BackfillRun.Origin).Distinct().Order())
        {
            foreach (var (job, _) in ends.Where(one => one.Value == at))
                copy.Release(job);
            if (Placer.Place(copy, new JobId("asked"), spec, PlacementProfile.Factory, 1) is Placed)
                return at;
        }
        return null;
    }

    private static BackfillRun Played(HallLayout layout, (int Gap, JobSpec Spec)[] jobs, Backfill mode, IReadOnlyList<NodeWindow> windows)
    {
        var run = new BackfillRun(new HallState(layout), mode, PlacementProfile.Factory) { Windows = windows };
        var (minute, empty) = (0, new HallState(layout));
        for (var number = 0; number < jobs.Length; number++)
        {
            var last = minute;
            minute += jobs[number].Gap;
            run.DrainUntil(BackfillRun.At(last), BackfillRun.At(minute));
            if (empty.Place(jobs[number].Spec) is Placed)
                run.Submit($"job-{number}", jobs[number].Spec);
            run.Pass(BackfillRun.At(minute));
        }
        run.Drain(BackfillRun.At(minute));
        return run;
    }

    private static HallLayout Build((int Nodes, int Gpus, int Model, bool Loop)[] racks, int feedWatts, int trunkGigabits)
    {
        var hall = new Hall().Model("h100", 100, 700, mig: true).Model("gb200", 200, 1200).Power("feed", feedWatts).Loop("cdu", 100_000)
            .Link("leaf", trunkGigabits).Queue("all").Queue("default", parent: "all").Queue("small", 4000, "all");
        for (var rack = 0; rack < racks.Length; rack++)
        {
            var (nodes, gpus, model, loop) = racks[rack];
            hall.Rack(
                $"r{rack}", nodes, gpus, model == 0 ? "h100" : "gb200", "feed", loop ? "cdu" : null, leaf: rack / 2,
                leafLink: rack / 2 == 0 ? "leaf" : null, cpu: 8000, memory: 64);
        }
        return hall.Layout();
    }
}
