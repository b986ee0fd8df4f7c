using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute, which the schema publishes.

/// <summary>Collective work of a Job manifest.</summary>
[Meaning("What the tasks of a gang, of one GPU each, do together around a ring; the result is bus bandwidth as nccl-tests define it.")]
public sealed record CollectiveWorkSpec
{
    [Meaning("allReduce, allGather or broadcast. Default allReduce.")]
    public CollectiveOperation Operation { get; init; }

    [Meaning("Bytes of the result on each rank, in whole floats of 4. Default 67108864."), Between(4, 1_073_741_824)]
    public long Bytes { get; init; } = 64 << 20;

    [Meaning("How often it runs. Default 20."), Between(1, 1_000_000)]
    public int Repetitions { get; init; } = 20;

    [Meaning("Whether each rank compares its result with a plain reference. Default true.")]
    public bool Check { get; init; } = true;

    [Meaning("Seed of the data. Default 42."), Between(0, 9e15)]
    public long Seed { get; init; } = 42;

    [Meaning("Most time it may take; the agent's own bound when left out."), Between(1, 86_400)]
    public TimeSpan? Timeout { get; init; }
}
