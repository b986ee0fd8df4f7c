using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Grains;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Factory;

/// <summary>How long a hall of 10,000 GPUs takes from a cold start until every rack has reported.</summary>
internal static class ActivationBenchmark
{
    private const int Racks = 313; // of 32 GPUs

    public static async Task Run()
    {
        var file = Path.Combine(Path.GetTempPath(), $"factory-benchmark-{Guid.NewGuid():N}.db");
        try
        {
            await using (var first = await BenchmarkFactory.Start(file))
            {
                await first.Apply(TestHall.Named().Feed("1000MW").Cooling("1000MW", "1000MW").With("DGX-H100-x4", Racks, "h100"));
                for (var number = 0; number < 100; number++)
                    await first.Grains.Job(new JobId($"job-{number}")).Submit(TestJobs.Gang(tasks: 8, gpus: 8, seconds: 100_000));
                await UntilReported(first);
            }
            var watch = Stopwatch.StartNew();
            await using var second = await BenchmarkFactory.Start(file);
            Figure.Print("activation.silo", watch.Elapsed.TotalSeconds, "s");
            watch.Restart();
            await second.Grains.Factory().Wake();
            await UntilReported(second);
            Figure.Print("activation.hall", watch.Elapsed.TotalSeconds, "s");
            await Steady(second);
        }
        finally
        {
            foreach (var left in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(file) + "*"))
                File.Delete(left);
        }
    }

    /// <summary>Processor time of a hall that only reports, once a second and rack.</summary>
    private static async Task Steady(BenchmarkFactory factory)
    {
        using var period = new PeriodicTimer(TimeSpan.FromSeconds(10));
        var before = Environment.CpuUsage.TotalTime;
        await period.WaitForNextTickAsync();
        Figure.Print("telemetry.10000-gpus", (Environment.CpuUsage.TotalTime - before).TotalSeconds / 10 * 100, "% of a core");
        await factory.Grains.Factory().Wake();
    }

    private static async Task UntilReported(BenchmarkFactory factory)
    {
        using var period = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while ((await factory.Grains.Hall(new HallId("hall-a")).View()).Racks.Count(rack => rack.LastReport is not null) < Racks)
            await period.WaitForNextTickAsync();
    }
}
