using ControlPlane.Benchmarks.Placement;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Benchmarks.Scheduling;

/// <summary>
/// The shapes that other schedulers published figures on, rebuilt, and our own. Their figures: KAI Scheduler's
/// in-process table (docs/developer/designs/vectorizing-resources, 91be47d8, Intel Core Ultra 7 165H, about 100 ms of
/// each being a fixed floor) and its cluster run (docs/scale-tests, ab86e6c0, 500 simulated nodes, through an API
/// server); HiveD measured on two cores.
/// </summary>
internal static class Shapes
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<int, HallState> LitteredHalls = [];

    public static IEnumerable<Shape> All()
    {
        yield return new("W1", "100 nodes x 8, 500 one-GPU jobs, 4 queues in 2 departments", () => FourQueues(100, 500, 1), Cycle, 5, "KAI 189 ms in process (89 less floor)");
        yield return new("W2", "50 nodes x 8, 100 gangs of 4 x 1 GPU", () => FourQueues(50, 100, 4), Cycle, 5, "KAI 143 ms in process (43 less floor)");
        foreach (var nodes in new[] { 100, 500, 1000 })
        {
            var published = nodes switch { 100 => "KAI 213 ms", 500 => "KAI 9.17 s", _ => "KAI 76.3 s" };
            yield return new($"W3-{nodes}", $"{nodes} nodes full of one-GPU jobs over quota, a gang of {nodes / 10} x 8 GPU reclaims", () => Reclaim(nodes, nodes / 10), Cycle, nodes == 1000 ? 100 : null, published);
            yield return new($"W3-{nodes}-half", $"the same, a gang of {nodes / 2} x 8 GPU", () => Reclaim(nodes, nodes / 2), Cycle, null, "");
        }
        yield return new("W4", "500 nodes full of one-GPU jobs, quota one GPU short for a gang of 10 x 8: unschedulable", Unschedulable, Cycle, 1, "KAI 249.5 s in a cluster");
        yield return new("W5", "512 nodes in racks of 2, a gang of 512 x 2 GPU, rack preferred", Topology, Cycle, 5, "KAI 48.7 s in a cluster; HiveD 4.6 s");
        yield return new("W6", "500 nodes x 8, 4,000 one-GPU jobs", () => Fill(0), Cycle, 40, "KAI 398 s in a cluster; HiveD 4,096 in 1.85 s");
        yield return new("W6-400", "the same with 400 jobs in a queue of limit 0", () => Fill(400), Cycle, null, "KAI 398 s in a cluster");
        yield return new("W7", "500 nodes full over quota, 50 gangs of 10 x 5 GPU reclaim", Distributed, Cycle, null, "KAI 717 s in a cluster");
        foreach (var nodes in new[] { 500, 1_000, 2_500, 5_000, 12_500 })
        {
            yield return new($"one-gpu-{nodes}", $"{nodes} nodes x 8 with power, cooling and links, filled to 95 % by one-GPU jobs", () => Budgeted(nodes), OneGpu, nodes == 12_500 ? 950 : null, "");
            yield return new($"gang-1024-{nodes}", "a gang of 128 x 8 GPU in such a hall with every fourth node littered", () => Littered(nodes), Gang, nodes == 12_500 ? 5 : null, "");
            yield return new($"never-{nodes}", "a gang one node larger than such a hall is refused", () => Budgeted(nodes), Never, 1, "");
        }
    }

    private static (HallState, WaitingJobs) FourQueues(int nodes, int jobs, int tasks)
    {
        var quarter = nodes * 8 / 4.0;
        var state = new HallState(PeerHalls.Hall(
            nodes, 4, PeerHalls.Queue("d0", quarter * 2), PeerHalls.Queue("d1", quarter * 2), PeerHalls.Queue("q0", quarter, 0),
            PeerHalls.Queue("q1", quarter, 0), PeerHalls.Queue("q2", quarter, 1), PeerHalls.Queue("q3", quarter, 1)));
        return (state, PeerHalls.Waiting(jobs, [.. Enumerable.Range(0, 4).Select(queue => PeerHalls.Job($"q{queue}", tasks, 1))]));
    }

    private static (HallState, WaitingJobs) Reclaim(int nodes, int pods)
    {
        var state = new HallState(PeerHalls.Hall(nodes, 4, PeerHalls.Queue("queue-0", 0), PeerHalls.Queue("queue-1", nodes * 8)));
        PeerHalls.Fill(state, "queue-0");
        return (state, PeerHalls.Waiting(1, PeerHalls.Job("queue-1", pods, 8)));
    }

    private static (HallState, WaitingJobs) Unschedulable()
    {
        var state = new HallState(PeerHalls.Hall(500, 4, PeerHalls.Queue("queue-0", 4000 - 79), PeerHalls.Queue("queue-1", 79)));
        PeerHalls.Fill(state, "queue-0");
        return (state, PeerHalls.Waiting(1, PeerHalls.Job("queue-1", 10, 8)));
    }

    private static (HallState, WaitingJobs) Topology() =>
        (new HallState(PeerHalls.Hall(512, 2)), PeerHalls.Waiting(1, PeerHalls.Job("default", 512, 2, TopologyLevel.Rack)));

    private static (HallState, WaitingJobs) Fill(int limited)
    {
        var state = new HallState(PeerHalls.Hall(500, 4, PeerHalls.Queue("queue-0", -1), PeerHalls.Queue("closed", -1, limit: 0)));
        var waiting = PeerHalls.Waiting(4000, PeerHalls.Job("queue-0", 1, 1));
        for (var job = 0; job < limited; job++)
            waiting.Add(new WaitingJob(new JobId($"closed-{job}"), PeerHalls.Job("closed", 1, 1), 4000 + job));
        return (state, waiting);
    }

    private static (HallState, WaitingJobs) Distributed()
    {
        var state = new HallState(PeerHalls.Hall(500, 4, PeerHalls.Queue("queue-0", 0), PeerHalls.Queue("queue-1", 4000)));
        PeerHalls.Fill(state, "queue-0");
        return (state, PeerHalls.Waiting(50, PeerHalls.Job("queue-1", 10, 5)));
    }

    private static (HallState, WaitingJobs) Budgeted(int nodes) => (new HallState(BenchmarkHall.Of(nodes, 8)), new WaitingJobs());

    // One hall for all runs: a hall that lives keeps the copy on which gangs are tried.
    private static (HallState, WaitingJobs) Littered(int nodes)
    {
        if (LitteredHalls.TryGetValue(nodes, out var known))
            return (known, new WaitingJobs());
        var state = new HallState(BenchmarkHall.Of(nodes, 8));
        var one = BenchmarkHall.Job(1, 1);
        for (var node = 0; node < nodes; node += 4)
            state.Assign(new JobId($"litter-{node}"), one, new Assignment([new TaskPlacement(0, 0, node, [0], 1000)]));
        LitteredHalls.Add(nodes, state);
        return (state, new WaitingJobs());
    }

    private static int Cycle(HallState state, WaitingJobs waiting)
    {
        var result = SchedulingCycle.RunToFixpoint(state, waiting, new CycleOptions(PlacementProfile.Factory, 1, Now, Facts));
        return result.Steps.Count + result.Steps.Sum(step => step.Evicted.Count + step.Changed.Count) + result.Waiting.Count;
    }

    private static RunFacts? Facts(JobId job) =>
        new(Now, null, 1_000_000 + long.Parse(job.Value.AsSpan(job.Value.IndexOf('-', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture));

    private static int OneGpu(HallState state, WaitingJobs waiting)
    {
        var (spec, count) = (BenchmarkHall.Job(1, 1), state.FreeGpus * 95 / 100);
        for (var number = 0; number < count; number++)
        {
            var job = new JobId($"job-{number}");
            state.Assign(job, spec, ((Placed)Placer.Place(state, job, spec, PlacementProfile.Factory, 1)).Assignment);
        }
        return count;
    }

    private static int Gang(HallState state, WaitingJobs waiting)
    {
        var decision = Placer.Place(state, new JobId("gang"), BenchmarkHall.Job(128, 8, gigabits: 50), PlacementProfile.Factory, 1);
        return decision is Placed ? 1 : throw new InvalidOperationException(decision.Explain());
    }

    private static int Never(HallState state, WaitingJobs waiting)
    {
        var decision = Placer.Place(state, new JobId("never"), BenchmarkHall.Job(state.Layout.Nodes.Count + 1, 8), PlacementProfile.Factory, 1);
        return decision is Refused ? 1 : throw new InvalidOperationException(decision.Explain());
    }
}
