using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Serving;
using CsCheck;

namespace ControlPlane.Simulation.Tests.Events;

/// <summary>Small runs.</summary>
internal static class TwinPlans
{
    public const long Hour = 3_600_000;

    /// <summary>DGX H100 racks, 32 GPUs each, and the gangs given.</summary>
    public static TwinPlan Of(int gpus, params TracedJob[] jobs) => new() { Hall = "hall", Manifests = TwinHalls.Dgx(gpus), Jobs = jobs };

    /// <summary>Two racks with everything that happens: gangs of all sizes, failures, a service, a lowered limit, a failed rack.</summary>
    public static Gen<TwinPlan> Any { get; } =
        from seed in Gen.ULong
        from jobs in Gen.Select(Gen.Int[0, 40_000], Gen.Int[1, 40], Gen.Int[60, 90_000]).Array[1, 25]
        from rate in Of(0.0, 0.2, 2.0)
        from every in Of<double?>(null, 600, 5_000)
        from replicas in Gen.Int[0, 2]
        from backfill in Of("none", "easy")
        from faults in Gen.Select(Gen.Int[1, 150_000], Of("rack", "node"), Gen.Int[1, 50_000]).Array[0, 2]
        select Of(64, [.. jobs.OrderBy(job => job.Item1).Select((job, id) => new TracedJob(id, job.Item1, job.Item2, job.Item3))]) with
        {
            Seed = seed,
            FailuresPerNodeDay = rate,
            CheckpointEverySeconds = every,
            RepairHours = 3,
            Backfill = backfill,
            Services = replicas == 0 ? [] : [Service(replicas)],
            Faults = [.. faults.Select(fault => new TwinFault(fault.Item1, fault.Item2, fault.Item2 == "rack" ? "rack-01" : "rack-02-n01", fault.Item3))],
            SampleSeconds = 1800,
        };

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    /// <summary>A request of 500 tokens in and 100 out every two seconds.</summary>
    public static ServicePlan Service(int replicas) => new(
        "chat", replicas, ServingModel.Llama70, [.. Enumerable.Range(0, 60).Select(number => new LlmRequest(TimeSpan.FromSeconds(2 * number), 500, 100))]);
}
