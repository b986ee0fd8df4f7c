using System.Diagnostics;
using System.Globalization;
using ControlPlane.Facility.Reliability;
using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Serving;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Benchmarks.Twin;

/// <summary>Events a second of the twin, a simulated day, and how both grow with the hall.</summary>
internal static class TwinBenchmark
{
    public static void Run()
    {
        // The first round compiles what the others measure.
        Measure(1_000, 1, 0.8);
        List<(int Gpus, double Days, double Load)> halls = [(1_000, 30, 0.8), (3_000, 10, 0.8), (10_000, 3, 0.8), (30_000, 1, 0.8), (100_000, 1, 0.8)];
        foreach (var (gpus, days, load) in halls)
        {
            var (events, seconds) = Measure(gpus, days, load);
            var name = string.Create(CultureInfo.InvariantCulture, $"twin-{gpus}-gpus-{days:0}-days-load-{load:0.##}");
            Figure.Print(name, seconds, "s");
            Figure.Print(name + "-a-day", seconds / days, "s");
            Figure.Print(name + "-events", events / seconds, "events/s");
        }
        PhysicsDay.Run();
    }

    private static (long Events, double Seconds) Measure(int gpus, double days, double load)
    {
        var jobs = HallLoad.Synthetic.Training;
        var twin = new EventTwin(new TwinPlan
        {
            Hall = "hall",
            Manifests = TwinHalls.Dgx(gpus),
            Drawn = JobFit.Of([.. jobs.OrderBy(job => job.Submit)], "gangs like Philly's").For(gpus, load),
            Services = [new ServicePlan("service", Math.Max(1, gpus / 1000), ServingModel.Llama70, HallLoad.Synthetic.Conversation) { Rate = gpus / 1000 }],
            FailuresPerNodeDay = FailureRate.Rsc1.PerNodeDay,
        });
        var watch = Stopwatch.StartNew();
        twin.Advance((long)(days * 8.64e7));
        return (twin.Events, watch.Elapsed.TotalSeconds);
    }
}
