using System.Diagnostics;
using ControlPlane.Agent.Execution;
using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Collectives;

namespace ControlPlane.Benchmarks.Devices;

/// <summary>
/// Bus bandwidth of collectives over processes of this machine, as nccl-tests define it, through shared memory and over
/// TCP; beside it what one thread copies, which bounds the former, and how long a small one takes.
/// </summary>
internal static class CollectiveBenchmark
{
    private const long Large = 64 << 20;
    private const long Small = 4096;

    public static async Task Run()
    {
        Figure.Print("collectives.copy-of-one-thread", Copy(), "GB/s");
        foreach (var ranks in (int[])[2, 4])
        {
            foreach (var isShared in (bool[])[true, false])
            {
                var way = isShared ? "shared-memory" : "tcp";
                foreach (var operation in Enum.GetValues<CollectiveOperation>())
                {
                    var large = await Measure(ranks, isShared, new(operation, Large, 10, Check: true, Seed: 1));
                    Figure.Print($"collectives.{CollectiveText.Word(operation)}.{ranks}-ranks.{way}.bus-bandwidth", large.Rate, "GB/s");
                }
                var small = await Measure(ranks, isShared, new(CollectiveOperation.AllReduce, Small, 2000, Check: true, Seed: 1));
                Figure.Print($"collectives.all-reduce.{ranks}-ranks.{way}.4-KiB", small.SecondsPerRepetition * 1e6, "us");
            }
        }
    }

    private static async Task<(double Rate, double SecondsPerRepetition)> Measure(int ranks, bool isShared, CollectiveRequest request)
    {
        var reports = await new CollectiveMeasurement("cpu:0", ranks, isShared ? CollectiveTransport.SharedMemory : CollectiveTransport.Tcp, request).MeasureAsync(default);
        return (reports.Average(report => report.Rate), reports.Average(report => report.SecondsPerRepetition));
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
