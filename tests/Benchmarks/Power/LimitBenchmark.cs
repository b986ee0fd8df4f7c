using System.Diagnostics;
using ControlPlane.Benchmarks.Factory;
using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Grains;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Placement;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Power;

/// <summary>From a signal until every node of a hall of 10,000 simulated GPUs follows, through the grains and with every entry durable.</summary>
internal static class LimitBenchmark
{
    private const int Racks = 313; // of 32 GPUs
    private const int Runs = 7;

    /// <summary>What a GPU at work draws here without a cap.</summary>
    private const double FullDraw = 630;

    private static readonly PowerDomainId Feed = new("hall-a-feed");

    private static readonly GpuId[] Gpus =
        [.. Enumerable.Range(1, Racks).SelectMany(rack => Enumerable.Range(0, 32).Select(gpu => new GpuId($"h100-{rack:00}-n{gpu / 8:00}-g{gpu % 8}")))];

    public static async Task Run()
    {
        var file = Path.Combine(Path.GetTempPath(), $"factory-benchmark-{Guid.NewGuid():N}.db");
        try
        {
            await using var factory = await BenchmarkFactory.Start(file, options => options.PowerRisePerSecond = 1);
            await factory.Apply(TestHall.Named().Feed("14MW").Cooling("1000MW", "1000MW").With("DGX-H100-x4", Racks, "h100"));
            for (var number = 0; number < Racks; number++)
                await factory.Grains.Job(new JobId($"job-{number}")).Submit(TestJobs.Gang(tasks: 4, gpus: 8, seconds: 100_000) with { PowerPercents = [100, 75, 50] });
            await Until(factory, hall => hall.Running == Racks && hall.Racks.All(rack => rack.Observed is not null));
            await Measure("power.limit.10000-gpus", LimitUrgency.Lower, factory, async asked => Root(await View(factory)).Limit == asked);
            await Measure("power.failsafe.10000-gpus", LimitUrgency.Emergency, factory, _ => Task.FromResult(AreHeld(factory.Devices)));
        }
        finally
        {
            foreach (var left in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(file) + "*"))
                File.Delete(left);
        }
    }

    private static async Task Measure(string name, LimitUrgency urgency, BenchmarkFactory factory, Func<Watts, Task<bool>> isDone)
    {
        var (times, answers) = (new double[Runs], new double[Runs]);
        for (var run = 0; run < Runs; run++)
        {
            await Until(factory, hall => Root(hall) is { IsFailsafeOn: false } root && root.Observed > root.Committed * 0.94 && root.Committed > root.Rating * 0.9);
            // A third of what jobs draw: armed caps and lower limits can both do it.
            var asked = Root(await View(factory)).Observed - Watts.FromKilowatts(2000);
            var watch = Stopwatch.StartNew();
            var answer = Answer(factory, asked, urgency, watch);
            using (var look = new PeriodicTimer(TimeSpan.FromMilliseconds(1)))
            {
                while (!await isDone(asked))
                    await look.WaitForNextTickAsync();
            }
            times[run] = watch.Elapsed.TotalMilliseconds;
            answers[run] = await answer;
            await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(Feed, null);
        }
        Figure.Print(name + ".median", Figure.Percentile(times, 0.5), "ms");
        Figure.Print(name + ".worst", times.Max(), "ms");
        Figure.Print(name + ".answer.median", Figure.Percentile(answers, 0.5), "ms");
    }

    private static async Task<double> Answer(BenchmarkFactory factory, Watts asked, LimitUrgency urgency, Stopwatch watch)
    {
        await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(Feed, asked, urgency);
        return watch.Elapsed.TotalMilliseconds;
    }

    // At the devices themselves: how long reports take to be counted is another matter.
    private static bool AreHeld(SimulatedFleet devices)
    {
        var now = DateTimeOffset.UtcNow;
        return Gpus.All(gpu => devices.Sample(gpu, now) is { Watts: < FullDraw });
    }

    private static PowerView Root(HallView hall) => hall.Power.First(domain => domain.Domain == Feed);

    private static Task<HallView> View(BenchmarkFactory factory) => factory.Grains.Hall(new HallId("hall-a")).View();

    private static async Task Until(BenchmarkFactory factory, Predicate<HallView> condition)
    {
        using var period = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!condition(await View(factory)))
            await period.WaitForNextTickAsync();
    }
}
