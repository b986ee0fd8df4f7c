using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Benchmarks.Placement;

/// <summary>Reservations in a full hall of 12,500 nodes with 5,000 running jobs.</summary>
internal static class TimelineBenchmark
{
    private const int Nodes = 12_500;
    private const int Running = 5_000;

    public static void Run()
    {
        // The first round compiles what the second measures.
        for (var round = 0; round < 2; round++)
            Measure(print: round == 1);
    }

    private static void Measure(bool print)
    {
        var now = DateTimeOffset.UnixEpoch;
        var state = new HallState(BenchmarkHall.Of(Nodes, 8));
        var ends = new Dictionary<JobId, DateTimeOffset>();
        var random = new Random(1);
        for (var number = 0; number < Running; number++)
        {
            // Two or three whole nodes each; the last takes one, which leaves two nodes of the hall free.
            var job = new JobId($"job-{number}");
            var spec = BenchmarkHall.Job(number == Running - 1 ? 1 : number % 2 == 0 ? 2 : 3, 8, gigabits: 50);
            if (Placer.Place(state, job, spec, PlacementProfile.Factory, 1) is not Placed placed)
                throw new InvalidOperationException($"{job} was not placed.");
            state.Assign(job, spec, placed.Assignment);
            ends.Add(job, now.AddSeconds(random.Next(60, 86_400)));
        }
        var gang = BenchmarkHall.Job(128, 8, gigabits: 50);
        var hour = TimeSpan.FromHours(1);
        var watch = Stopwatch.StartNew();
        var timeline = new Timeline(state, now, job => ends[job], []);
        var built = watch.Elapsed.TotalMilliseconds;
        var times = new double[64];
        for (var number = 0; number < times.Length; number++)
        {
            watch.Restart();
            _ = timeline.Reserve(new JobId($"gang-{number}"), gang, hour, PlacementProfile.Factory, 1)
                ?? throw new InvalidOperationException("A gang was not reserved.");
            times[number] = watch.Elapsed.TotalMilliseconds;
        }
        var first = times[0];
        var asks = Asks(state, timeline);
        if (!print)
            return;
        Figure.Print("timeline-build-12500x8-5000-jobs", built, "ms");
        Figure.Print("timeline-reserve-1024-gpus-first", first, "ms");
        Figure.Print("timeline-reserve-1024-gpus-64-in-all", times.Sum(), "ms");
        Figure.Print("timeline-reserve-1024-gpus-worst", times.Max(), "ms");
        Figure.Print("timeline-may-start-now-p50", Figure.Percentile(asks, 0.5), "ms");
        Figure.Print("timeline-may-start-now-p99", Figure.Percentile(asks, 0.99), "ms");
    }

    // Small jobs of many durations that ask for what is free.
    private static double[] Asks(HallState state, Timeline timeline)
    {
        var small = BenchmarkHall.Job(1, 1);
        var random = new Random(2);
        var times = new double[200];
        for (var ask = 0; ask < times.Length; ask++)
        {
            var job = new JobId($"small-{ask}");
            var placed = (Placed)Placer.Place(state, job, small, PlacementProfile.Factory, 1);
            var watch = Stopwatch.StartNew();
            _ = timeline.MayStartNow(job, small, placed.Assignment, TimeSpan.FromSeconds(random.Next(60, 86_400)));
            times[ask] = watch.Elapsed.TotalMilliseconds;
        }
        return times;
    }
}
