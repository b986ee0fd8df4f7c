using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Racks;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Factory;

/// <summary>What the control plane adds to a kernel that takes no time: the agent answers at once, in this process.</summary>
internal static class KernelBenchmark
{
    private const int Kernels = 500;

    public static async Task Run()
    {
        var file = Path.Combine(Path.GetTempPath(), $"factory-benchmark-{Guid.NewGuid():N}.db");
        try
        {
            // Its agent sends no telemetry, which would let its node count as lost.
            await using var factory = await BenchmarkFactory.Start(file, options => options.AgentTimeout = TimeSpan.FromDays(1));
            await factory.Apply(TestHall.Named().With("agent-cpu", 1, "lab", "agent"));
            var gpu = new GpuId("lab-01-n00-g0");
            var agent = new InstantAgent(factory.Grains);
            await factory.Grains.Gpu(gpu).Attach(factory.Grains.CreateObjectReference<IGpuAgent>(agent), "instant", "healthy", null);
            // Jobs first: the generations of the direct leases are greater than any that a job here gets.
            await Jobs(factory);
            await Launch(factory, gpu, agent);
            GC.KeepAlive(agent);
        }
        finally
        {
            foreach (var left in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(file) + "*"))
                File.Delete(left);
        }
    }

    /// <summary>One GPU grain: lease, start on the device, report, end.</summary>
    private static async Task Launch(BenchmarkFactory factory, GpuId gpu, InstantAgent agent)
    {
        var work = TestJobs.Kernel("triad", ("n", 1024)).Work;
        var times = new double[Kernels];
        for (var number = 0; number < Kernels; number++)
        {
            var key = new LeaseKey(new JobId($"direct-{number}"), 1_000_000 + number, 0);
            var began = Stopwatch.GetTimestamp();
            var reported = agent.NextReport();
            await factory.Grains.Gpu(gpu).Run(new GpuLease(key, new RackId("bench-01"), false, 1000, work, 0, 0, 25, "", null));
            await reported;
            await factory.Grains.Gpu(gpu).Stop(key);
            times[number] = Stopwatch.GetElapsedTime(began).TotalMilliseconds * 1000;
        }
        Figure.Print("kernel.grain.p50", Figure.Percentile(times, 0.5), "us");
        Figure.Print("kernel.grain.p99", Figure.Percentile(times, 0.99), "us");
    }

    /// <summary>A whole job: submit, place, lease, run, report, end.</summary>
    private static async Task Jobs(BenchmarkFactory factory)
    {
        var times = new double[Kernels / 5];
        for (var number = 0; number < times.Length; number++)
        {
            var job = factory.Grains.Job(new JobId($"kernel-{number}"));
            var began = Stopwatch.GetTimestamp();
            await job.Submit(TestJobs.Kernel("triad", ("n", 1024)));
            while ((await job.Get())!.Phase != JobPhase.Succeeded)
                await Task.Yield();
            times[number] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        Figure.Print("kernel.job.p50", Figure.Percentile(times, 0.5), "ms");
        Figure.Print("kernel.job.p99", Figure.Percentile(times, 0.99), "ms");
    }

    private sealed class InstantAgent(IGrainFactory grains) : IGpuAgent
    {
        private static readonly KernelResult Done = new(true, "", "", "instant", 0, 0, "GB/s", 0, false, 0, 1);
        private TaskCompletionSource _next = new();

        public Task NextReport() => (_next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public Task Start(GpuId gpu, AgentLease lease)
        {
            _ = Report(gpu, lease.Key);
            return Task.CompletedTask;
        }

        public Task Limit(GpuId gpu, LeaseKey lease, double watts) => Task.CompletedTask;

        public Task Stop(GpuId gpu, LeaseKey lease) => Task.CompletedTask;

        public Task Reset(GpuId gpu, long number) => Task.CompletedTask;

        public Task Hold(GpuId gpu, ArmedCap cap) => Task.CompletedTask;

        private async Task Report(GpuId gpu, LeaseKey lease)
        {
            await grains.Gpu(gpu).Report(lease, Done);
            _next.TrySetResult();
        }
    }
}
