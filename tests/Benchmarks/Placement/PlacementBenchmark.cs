using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Benchmarks.Placement;

/// <summary>Speed of the pure placer: one-GPU decisions, large gangs and jobs that can never run.</summary>
internal static class PlacementBenchmark
{
    private const int LargeNodes = 12_500;

    public static void Run()
    {
        // The first run of each warms the just-in-time compiler and is not printed.
        foreach (var print in new[] { false, true })
        {
            OneGpu("one-gpu-1213x8", BenchmarkHall.Of(1213, 8), PlacementProfile.Factory, print);
            OneGpu("one-gpu-1213x8-bestfit", BenchmarkHall.Of(1213, 8), PlacementProfile.BestFit, print);
            var large = BenchmarkHall.Of(LargeNodes, 8);
            OneGpu("one-gpu-12500x8", large, PlacementProfile.Factory, print);
            Turnover("turnover-12500x8", large, print);
            Gangs("gang-1024-12500x8", large, print);
            Never("never-fits-12500x8", large, BenchmarkHall.Job(LargeNodes + 1, 8), print);
            Never("never-fits-in-rack-12500x8", large, BenchmarkHall.Job(5, 8) with { Topology = new TopologyRequest(TopologyLevel.Rack, null) }, print);
            Forks("fork-12500x8", large, print);
        }
    }

    // Fills the hall from empty to 95 % with one-GPU jobs, decision and assignment together.
    private static void OneGpu(string name, HallLayout layout, PlacementProfile profile, bool print)
    {
        var state = new HallState(layout);
        var spec = BenchmarkHall.Job(1, 1);
        var count = state.FreeGpus * 95 / 100;
        var jobs = Enumerable.Range(0, count).Select(number => new JobId($"job-{number}")).ToArray();
        var watch = Stopwatch.StartNew();
        foreach (var job in jobs)
            Assign(state, job, spec, Placer.Place(state, job, spec, profile, 1));
        if (print)
            Figure.Print(name, count / watch.Elapsed.TotalSeconds, "decisions/s");
    }

    // A hall nine tenths full in which jobs of mixed sizes come and go.
    private static void Turnover(string name, HallLayout layout, bool print)
    {
        var state = new HallState(layout);
        var specs = new[] { BenchmarkHall.Job(1, 1), BenchmarkHall.Job(1, 2), BenchmarkHall.Job(1, 4), BenchmarkHall.Job(1, 0, milli: 500) };
        var random = new Random(1);
        var running = new List<JobId>();
        var number = 0;
        while (state.FreeGpus > layout.GpuCount / 10)
            running.Add(Start(state, specs[random.Next(specs.Length)], ref number)!.Value);
        const int steps = 50_000;
        var watch = Stopwatch.StartNew();
        for (var step = 0; step < steps; step++)
        {
            var leaves = random.Next(running.Count);
            state.Release(running[leaves]);
            running[leaves] = running[^1];
            running.RemoveAt(running.Count - 1);
            if (Start(state, specs[random.Next(specs.Length)], ref number) is { } started)
                running.Add(started);
        }
        if (print)
            Figure.Print(name, steps / watch.Elapsed.TotalSeconds, "decisions/s");
    }

    // Gangs of 128 nodes in a hall that one-GPU jobs have littered: every fourth node holds one.
    private static void Gangs(string name, HallLayout layout, bool print)
    {
        var state = new HallState(layout);
        var one = BenchmarkHall.Job(1, 1);
        for (var node = 0; node < layout.Nodes.Count; node += 4)
            state.Assign(new JobId($"litter-{node}"), one, new Assignment([new TaskPlacement(0, 0, node, [0], 1000)]));
        var gang = BenchmarkHall.Job(128, 8, gigabits: 50);
        var times = new double[300];
        for (var run = 0; run < times.Length; run++)
        {
            var job = new JobId($"gang-{run}");
            var watch = Stopwatch.StartNew();
            var decision = Placer.Place(state, job, gang, PlacementProfile.Factory, 1);
            times[run] = watch.Elapsed.TotalMilliseconds;
            Assign(state, job, gang, decision);
            if (run % 32 != 31)
                continue;
            for (var ended = run - 31; ended <= run; ended++)
                state.Release(new JobId($"gang-{ended}"));
        }
        if (!print)
            return;
        Figure.Print(name + "-p50", Figure.Percentile(times, 0.5), "ms");
        Figure.Print(name + "-p99", Figure.Percentile(times, 0.99), "ms");
    }

    private static void Never(string name, HallLayout layout, JobSpec spec, bool print)
    {
        var state = new HallState(layout);
        var times = new double[200];
        for (var run = 0; run < times.Length; run++)
        {
            var watch = Stopwatch.StartNew();
            var decision = Placer.Place(state, new JobId("never"), spec, PlacementProfile.Factory, 1);
            times[run] = watch.Elapsed.TotalMilliseconds;
            if (decision is not Refused)
                throw new InvalidOperationException($"A job larger than the hall was not refused: {decision.Explain()}");
        }
        if (!print)
            return;
        Figure.Print(name + "-p50", Figure.Percentile(times, 0.5), "ms");
        Figure.Print(name + "-p99", Figure.Percentile(times, 0.99), "ms");
    }

    private static void Forks(string name, HallLayout layout, bool print)
    {
        var state = new HallState(layout);
        var watch = Stopwatch.StartNew();
        for (var run = 0; run < 100; run++)
            state.Fork();
        if (print)
            Figure.Print(name, watch.Elapsed.TotalMilliseconds / 100, "ms");
    }

    private static JobId? Start(HallState state, JobSpec spec, ref int number)
    {
        var job = new JobId($"job-{number++}");
        if (Placer.Place(state, job, spec, PlacementProfile.Factory, 1) is not Placed placed)
            return null;
        state.Assign(job, spec, placed.Assignment);
        return job;
    }

    private static void Assign(HallState state, JobId job, JobSpec spec, PlacementDecision decision)
    {
        if (decision is not Placed placed)
            throw new InvalidOperationException($"{job} was not placed: {decision.Explain()}");
        state.Assign(job, spec, placed.Assignment);
    }
}
