using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains;
using ControlPlane.Grains.Jobs;
using ControlPlane.Hardware.Kernels;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Workloads;
using JobSize = ControlPlane.Domain.Jobs.KernelSize;

namespace ControlPlane.Host.Examples;

/// <summary>
/// Feeds the example factory: jobs drawn from published trace statistics, shortened so that a visitor sees them
/// come and go, and now and then a kernel for this machine's own device.
/// </summary>
internal sealed class ExampleJobs(IGrainFactory grains, FactoryReadiness readiness, TimeProvider clock, ILogger<ExampleJobs> log) : BackgroundService
{
    /// <summary>Jobs that may wait before no more are submitted: enough to see a queue, few enough to read.</summary>
    private const int Backlog = 24;

    /// <summary>A twentieth of the traces' durations: with a minute a second, the median training job takes three seconds.</summary>
    private const double DurationScale = 0.05;

    private const int KernelEvery = 5;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private int _kernels;
    private JobId? _lastKernel;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var run = clock.GetUtcNow().ToUnixTimeSeconds();
        using var timer = new PeriodicTimer(Period, clock);
        using var jobs = Endless((ulong)run).GetEnumerator();
        for (var second = 0; await timer.WaitForNextTickAsync(stoppingToken); second++)
        {
            if (!readiness.IsReady)
                continue;
            try
            {
                await Feed(jobs, run);
                if (second % KernelEvery == 0)
                    await RunKernel(run);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(fault, "The example workload could not submit a job; it tries again");
            }
        }
    }

    private async Task Feed(IEnumerator<TraceJob> jobs, long run)
    {
        foreach (var hall in await grains.Factory().Wake())
        {
            var waiting = (await grains.Hall(hall).View()).Waiting;
            for (var index = 0; index < 3 && waiting < Backlog && jobs.MoveNext(); index++)
                await grains.Job(new JobId($"{jobs.Current.Name}-{Suffix(run)}")).Submit(jobs.Current.Spec);
        }
    }

    private async Task RunKernel(long run)
    {
        if (_lastKernel is { } last && (await grains.Job(last).Get())?.Phase.IsFinal() == false)
            return;
        var kernel = KernelCatalogue.Kernels[_kernels % KernelCatalogue.Kernels.Count];
        var sizes = kernel.Sizes.Select(size => new JobSize(size.Name, size.Default)).ToValueList();
        var spec = new JobSpec(
            new QueueId("research"), 500, [new TaskGroup("kernel", 1, 1, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)],
            new TopologyRequest(null, null), new KernelWork(kernel.Name, sizes, 3, true, 42, TimeSpan.Zero), null, null);
        var number = (++_kernels).ToString("000", CultureInfo.InvariantCulture);
        _lastKernel = new JobId($"{kernel.Name}-{number}-{Suffix(run)}");
        await grains.Job(_lastKernel.Value).Submit(spec);
    }

    private static IEnumerable<TraceJob> Endless(ulong seed)
    {
        for (var round = 0UL; ; round++)
        {
            foreach (var job in ExampleWorkload.Generate(seed + round, 1000, TimeSpan.FromHours(1), ["research"], DurationScale))
            {
                yield return job with
                {
                    Name = round == 0 ? job.Name : $"{job.Name}-r{round}",
                    Spec = job.Spec with { Queue = QueueOf((SimulatedWork)job.Spec.Work) },
                };
            }
        }
    }

    private static QueueId QueueOf(SimulatedWork work) => new(work.Class switch
    {
        "prefill" or "decode" => "serving",
        "other" => "interactive",
        _ => "research",
    });

    /// <summary>Tells this start's jobs from an earlier one's, whose names are taken.</summary>
    private static string Suffix(long run) => (run % 1_000_000).ToString("000000", CultureInfo.InvariantCulture);
}
