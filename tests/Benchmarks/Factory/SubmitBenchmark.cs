using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Grains;
using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Factory;

/// <summary>Jobs a second from submission to a durable decision, 64 clients at once, on SQLite.</summary>
internal static class SubmitBenchmark
{
    private const int Clients = 64;
    private const int Jobs = 20_000;

    public static async Task Run()
    {
        // Enough GPUs for a third of the jobs, so that placed and waiting ones are both in the figure.
        await Measure("submit.mixed", racks: 208, Jobs);
        await Measure("submit.placed", racks: 320, 9_000);
        await Measure("submit.waiting", racks: 1, Jobs);
    }

    private static async Task Measure(string name, int racks, int jobs)
    {
        var file = Path.Combine(Path.GetTempPath(), $"factory-benchmark-{Guid.NewGuid():N}.db");
        try
        {
            await using var factory = await BenchmarkFactory.Start(file);
            await factory.Apply(TestHall.Named().Feed("1000MW").Cooling("1000MW", "1000MW").With("DGX-H100-x4", racks, "h100"));
            await Submit(factory, "warm", 500);
            using var writes = new LedgerWrites();
            var watch = Stopwatch.StartNew();
            var latencies = await Submit(factory, "job", jobs);
            Figure.Print(name + ".rate", jobs / watch.Elapsed.TotalSeconds, "jobs/s");
            Figure.Print(name + ".ledger-writes", writes.Count / watch.Elapsed.TotalSeconds, "writes/s");
            Figure.Print(name + ".ledger-write.mean", writes.MeanMilliseconds, "ms");
            Figure.Print(name + ".p50", Figure.Percentile(latencies, 0.5), "ms");
            Figure.Print(name + ".p99", Figure.Percentile(latencies, 0.99), "ms");
        }
        finally
        {
            foreach (var left in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(file) + "*"))
                File.Delete(left);
        }
    }

    private static async Task<double[]> Submit(BenchmarkFactory factory, string prefix, int jobs)
    {
        var latencies = new double[jobs];
        var next = -1;
        var spec = TestJobs.Gang(gpus: 1, seconds: 100_000);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            for (var number = Interlocked.Increment(ref next); number < jobs; number = Interlocked.Increment(ref next))
            {
                var began = Stopwatch.GetTimestamp();
                var answer = await factory.Grains.Job(new JobId($"{prefix}-{number}")).Submit(spec);
                if (answer.Outcome != SubmitOutcome.Accepted)
                    throw new InvalidOperationException(answer.Message);
                latencies[number] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        })));
        return latencies;
    }
}
