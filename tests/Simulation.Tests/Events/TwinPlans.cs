using System.Text.Json.Nodes;
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

    /// <summary>The same hall with each rack under a leaf of its own.</summary>
    public static IReadOnlyList<JsonObject> OneRackALeaf(int gpus)
    {
        var manifests = TwinHalls.Dgx(gpus);
        manifests.Single(manifest => (string)manifest["kind"]! == "Fabric")["spec"]!["racksPerLeaf"] = 1;
        return manifests;
    }

    /// <summary>Two racks with everything that happens: gangs of all sizes, failures, a service, a lowered limit, a failed rack.</summary>
    public static Gen<TwinPlan> Any { get; } =
        from seed in Gen.ULong
        from jobs in Gen.Select(Gen.Int[0, 40_000], Gen.Int[1, 40], Gen.Int[60, 90_000]).Array[1, 25]
        from rate in Of(0.0, 0.2, 2.0)
        from every in Of<double?>(null, 600, 5_000)
        from replicas in Gen.Int[0, 2]
        from backfill in Of("none", "easy")
        from faults in Gen.Select(Gen.Int[1, 150_000], Of("rack", "node", "dead", "narrow", "flapping"), Gen.Int[1, 50_000]).Array[0, 3]
        select Of(64, [.. jobs.OrderBy(job => job.Item1).Select((job, id) => new TracedJob(id, job.Item1, job.Item2, job.Item3))]) with
        {
            Seed = seed,
            Manifests = OneRackALeaf(64),
            NetworkPerGpu = 400,
            FailuresPerNodeDay = rate,
            CheckpointEverySeconds = every,
            RepairHours = 3,
            Backfill = backfill,
            Services = replicas == 0 ? [] : [Service(replicas)],
            Faults = [.. faults.Select(fault => Fault(fault.Item1, fault.Item2, fault.Item3))],
            SampleSeconds = 1800,
        };

    private static TwinFault Fault(int at, string kind, int length) => kind switch
    {
        "rack" => new TwinFault(at, kind, "rack-01", length),
        "node" => new TwinFault(at, kind, "rack-02-n01", length),
        "narrow" => new TwinFault(at, "link", "fabric-leaf-01", length) { LeftShare = 0.05 },
        "flapping" => new TwinFault(at, "link", "fabric-leaf-02", length) { DownSeconds = 5, EverySeconds = 90 },
        _ => new TwinFault(at, "link", "fabric-leaf-02", length),
    };

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    /// <summary>A request of 500 tokens in and 100 out every two seconds.</summary>
    public static ServicePlan Service(int replicas) => new(
        "chat", replicas, ServingModel.Llama70, [.. Enumerable.Range(0, 60).Select(number => new LlmRequest(TimeSpan.FromSeconds(2 * number), 500, 100))]);
}
