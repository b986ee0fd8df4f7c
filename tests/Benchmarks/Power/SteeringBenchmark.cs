using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Scheduling;

namespace ControlPlane.Benchmarks.Power;

/// <summary>What one pass over 10,000 GPUs costs: caps that lose least speed, and lower limits for a hall's jobs.</summary>
internal static class SteeringBenchmark
{
    private const int Gpus = 10_016;
    private const int GpusPerRack = 32;
    private const int RacksPerRow = 16;
    private const int Passes = 200;

    public static void Run()
    {
        var loads = Loads();
        var envelopes = Envelopes(loads);
        Measure("power.caps.10000-gpus", () => CapPlanner.Plan(loads, envelopes).Caps.Count);
        var state = new HallState(Placement.BenchmarkHall.Of(Gpus / 8, 8));
        FillWithJobs(state);
        var asked = new Dictionary<int, Watts> { [0] = state.PowerCommitted(0) - Watts.FromKilowatts(500) };
        Measure("power.relief.10000-gpus", () => PowerRelief.Lower(state, asked, _ => 100, job => job.Value.Length).Count);
    }

    private static void Measure(string name, Func<int> pass)
    {
        for (var warm = 0; warm < 20; warm++)
            pass();
        var times = new double[Passes];
        for (var index = 0; index < Passes; index++)
        {
            var started = Stopwatch.GetTimestamp();
            if (pass() == 0)
                throw new InvalidOperationException($"{name} did nothing.");
            times[index] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
        Figure.Print(name + ".p50", Figure.Percentile(times, 0.5), "ms");
        Figure.Print(name + ".p99", Figure.Percentile(times, 0.99), "ms");
    }

    // Every GPU a load of its own, no two drawing alike, in three classes.
    private static List<CappableLoad> Loads()
    {
        var random = new Random(1);
        CapCurve[] curves =
        [
            CapCurves.Find("A100-SXM4-400W", WorkloadClass.Training)!, CapCurves.Find("A100-SXM4-400W", WorkloadClass.FineTuning)!,
            CapCurves.Find("A100-SXM4-400W", WorkloadClass.Decode)!,
        ];
        return [.. Enumerable.Range(0, Gpus).Select(gpu => new CappableLoad(
            $"gpu-{gpu}", 1, curves[gpu / 8 % curves.Length], Watts.FromWatts(250 + (random.NextDouble() * 150)), Watts.FromWatts(100),
            Watts.FromWatts(400), FlexClass.All[gpu / 64 % FlexClass.All.Count]))];
    }

    // Racks, rows and the hall, each a few percent short.
    private static List<Envelope> Envelopes(List<CappableLoad> loads)
    {
        var all = Enumerable.Range(0, Gpus).ToList();
        var racks = all.Chunk(GpusPerRack).Select((members, rack) => EnvelopeOf($"rack-{rack}", members, rack % 3 == 0 ? 0.95 : 1.05));
        var rows = all.Chunk(GpusPerRack * RacksPerRow).Select((members, row) => EnvelopeOf($"row-{row}", members, 0.95));
        return [.. racks, .. rows, EnvelopeOf("hall", [.. all], 0.9)];

        Envelope EnvelopeOf(string name, int[] members, double share) =>
            new(name, members, Watts.FromWatts(share * members.Sum(gpu => loads[gpu].Uncapped.Value)));
    }

    private static void FillWithJobs(HallState state)
    {
        var percents = ValueList.Create([100, 75, 50]);
        for (var number = 0; number < Gpus / 32; number++)
        {
            var job = Placement.BenchmarkHall.Job(4, 8) with { Priority = 100 + (number % 3), PowerPercents = percents };
            if (Placer.Place(state, new JobId($"job-{number}"), job, PlacementProfile.Factory, (ulong)number) is Placed placed)
                state.Assign(new JobId($"job-{number}"), job, placed.Assignment);
        }
    }
}
