using System.Diagnostics;
using ControlPlane.Benchmarks.Devices;
using ControlPlane.Domain;
using ControlPlane.Grains;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Racks;
using ControlPlane.Host;
using ControlPlane.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Benchmarks.Factory;

/// <summary>
/// A small kernel from the GPU's grain through gRPC, the agent, its executor and the processor's device, and its report all
/// the way back: the host in this process on SQLite, agent and executor each a process of its own.
/// </summary>
internal static class LaunchBenchmark
{
    private const int Kernels = 500;
    private static readonly GpuId Gpu = new("local-01-n00-g0");

    public static async Task Run()
    {
        var data = Directory.CreateTempSubdirectory("factory-benchmark-").FullName;
        var output = Console.Out;
        Console.SetOut(TextWriter.Null); // What host and agent log.
        double[] times = [];
        try
        {
            var ports = HostProcess.FreePorts(4);
            await using var host = await FactoryHost.Build(
            [
                "--data", data, "--port", $"{ports[0]}", "--agent-port", $"{ports[1]}", "--silo-port", $"{ports[2]}", "--gateway-port", $"{ports[3]}",
                "--summary", "false", "--workload", "false",
            ]);
            await host.StartAsync();
            times = await Measure(host.Services.GetRequiredService<IGrainFactory>());
            await host.StopAsync();
        }
        finally
        {
            Console.SetOut(output);
            Directory.Delete(data, recursive: true);
        }
        Figure.Print("launch.grain-agent-executor.p50", Figure.Percentile(times, 0.5), "ms");
        Figure.Print("launch.grain-agent-executor.p99", Figure.Percentile(times, 0.99), "ms");
    }

    private static async Task<double[]> Measure(IGrainFactory grains)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while ((await grains.Gpu(Gpu).Get()).Device is null)
            await timer.WaitForNextTickAsync();
        var work = TestJobs.Kernel("triad", ("n", 1024)).Work;
        var times = new double[Kernels];
        for (var number = -50; number < Kernels; number++)
        {
            var key = new LeaseKey(new JobId($"direct-{number + 50}"), 1_000_000 + number, 0);
            var lease = new GpuLease(key, new RackId("bench-01"), false, 1000, work, 0, 0, 25, "", null);
            var began = Stopwatch.GetTimestamp();
            RunAnswer answer;
            // Asking without a pause would take a processor from those who are measured; this adds half a millisecond.
            while ((answer = await grains.Gpu(Gpu).Run(lease)).Result is null)
                await Task.Delay(1);
            if (number >= 0)
                times[number] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (!answer.Result.Succeeded)
                throw new InvalidOperationException(answer.Result.Error);
            await grains.Gpu(Gpu).Stop(key);
        }
        return times;
    }
}
