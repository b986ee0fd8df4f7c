using System.Diagnostics;
using ControlPlane.Agent.Execution;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using ProgramBuffer = ControlPlane.Domain.Jobs.ProgramBuffer;
using ProgramStep = ControlPlane.Domain.Jobs.ProgramStep;
using ProgramWork = ControlPlane.Domain.Jobs.ProgramWork;

namespace ControlPlane.Benchmarks.Devices;

/// <summary>
/// Bulk data between agent and executor, as checkpoints of the CPU device: from its memory through shared memory to a
/// file with its CRC, in memory and on the disk; and a program's own cost for a step.
/// </summary>
internal static class BulkBenchmark
{
    private const long Elements = 16 << 20;
    private const int Checkpoints = 20;

    public static async Task Run()
    {
        await Measure("bulk.checkpoint.to-memory", "/dev/shm");
        await Measure("bulk.checkpoint.to-disk", Path.GetTempPath());
    }

    private static async Task Measure(string name, string parent)
    {
        if (!Directory.Exists(parent))
            return;
        var folder = Path.Combine(parent, $"factory-benchmark-{Guid.NewGuid():N}");
        try
        {
            var store = new CheckpointStore(folder, TimeProvider.System);
            await using var executor = new ExecutorSupervisor("cpu:0", 5, store, TimeProvider.System, _ => { }, NullLogger.Instance);
            var without = await Seconds(executor, 1, []);
            var with = await Seconds(executor, 2, [new CheckpointStep(["b"])]);
            Figure.Print(name, Checkpoints * Elements * sizeof(float) / (with - without) / 1e9, "GB/s");
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> Seconds(ExecutorSupervisor executor, long generation, ProgramStep[] more)
    {
        var program = new ProgramWork(
            [new ProgramBuffer("b", ElementType.Float32, Elements, default)],
            [new LoopStep(Checkpoints, [new FillStep("b", new BufferFill(false, 1, 1, 0)), .. more])], [], 1, TimeSpan.Zero, null);
        var lease = new Lease { Job = "bulk", Generation = generation, Program = ProgramMessages.Of(program) };
        await executor.EnsureAsync(default);
        var began = Stopwatch.GetTimestamp();
        var report = await executor.RunAsync(lease, TimeSpan.FromMinutes(5), default);
        return report.Succeeded && report.Remark.Length == 0 ? Stopwatch.GetElapsedTime(began).TotalSeconds : throw new InvalidOperationException(report.Error + report.Remark);
    }
}
