using System.Diagnostics;
using ControlPlane.Agent.Execution;
using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Collectives;

namespace ControlPlane.Benchmarks.Devices;

/// <summary>
/// Bus bandwidth of collectives over processes of this machine, as nccl-tests define it, through shared memory and over
/// TCP, from 1 KiB to 64 MiB, each the median of three; beside it what one thread copies, which bounds the former.
/// </summary>
internal static class CollectiveBenchmark
{
    private const int Tries = 3;
    private const int Large = 64 << 20;

    private static readonly (int Bytes, string Name, int Repetitions)[] Sizes =
        [(1 << 10, "1-KiB", 3000), (32 << 10, "32-KiB", 1000), (1 << 20, "1-MiB", 200), (8 << 20, "8-MiB", 30), (Large, "64-MiB", 8)];

    public static async Task Run()
    {
        Figure.Print("collectives.copy-of-one-thread", Copy(), "GB/s");
        foreach (var ranks in (int[])[2, 4])
        {
            foreach (var way in (CollectiveTransport[])[CollectiveTransport.SharedMemory, CollectiveTransport.Tcp])
            {
                var name = $"{ranks}-ranks.{(way == CollectiveTransport.Tcp ? "tcp" : "shared-memory")}";
                foreach (var size in Sizes)
                {
                    var (rate, seconds) = await Median(ranks, way, CollectiveOperation.AllReduce, size.Bytes, size.Repetitions);
                    Figure.Print($"collectives.all-reduce.{name}.{size.Name}.bus-bandwidth", rate, "GB/s");
                    Figure.Print($"collectives.all-reduce.{name}.{size.Name}", seconds * 1e6, "us");
                }
                foreach (var operation in (CollectiveOperation[])[CollectiveOperation.AllGather, CollectiveOperation.Broadcast])
                    Figure.Print($"collectives.{CollectiveText.Word(operation)}.{name}.64-MiB.bus-bandwidth", (await Median(ranks, way, operation, Large, 8)).Rate, "GB/s");
            }
        }
    }

    private static async Task<(double Rate, double Seconds)> Median(int ranks, CollectiveTransport way, CollectiveOperation operation, int bytes, int repetitions)
    {
        var tries = new List<(double Rate, double Seconds)>();
        // The ranks compare their bits in any case; the reference of a large result takes longer than the measurement.
        var request = new CollectiveRequest(operation, bytes, repetitions, Check: bytes <= 1 << 20, Seed: 1);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var reports = await new CollectiveMeasurement("cpu:0", ranks, way, request).MeasureAsync(default);
            tries.Add((reports.Average(report => report.Rate), reports.Average(report => report.SecondsPerRepetition)));
        }
        return tries.Order().ElementAt(Tries / 2);
    }

    private static double Copy()
    {
        var (from, to) = (new byte[Large], new byte[Large]);
        var best = double.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            var began = Stopwatch.GetTimestamp();
            from.CopyTo(to, 0);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        return Large / best / 1e9;
    }
}
