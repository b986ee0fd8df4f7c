using Orleans;

namespace ControlPlane.Domain.Jobs;

/// <summary>What the ranks of a gang do together.</summary>
public enum CollectiveOperation
{
    /// <summary>Every rank gets the sum of all ranks' data.</summary>
    AllReduce = 0,

    /// <summary>Every rank gets all ranks' pieces, one behind the other.</summary>
    AllGather = 1,

    /// <summary>Every rank gets the data of rank 0.</summary>
    Broadcast = 2,
}

/// <summary>A collective that the tasks of a gang really run, a rank each, on devices that agents own.</summary>
/// <param name="Operation">What they do.</param>
/// <param name="Bytes">Bytes of the result on each rank, as nccl-tests count; whole floats for every rank.</param>
/// <param name="Repetitions">How often, 1 or more.</param>
/// <param name="Check">Whether each rank compares its result with a plain reference.</param>
/// <param name="Seed">Seed of the data.</param>
/// <param name="Timeout">Most time it may take, or zero for the agent's own bound.</param>
/// <param name="Ranks">How many ranks: the gang's tasks, of one GPU each. A task's number is its rank.</param>
[GenerateSerializer, Immutable, Alias("CollectiveWork")]
public sealed record CollectiveWork(
    [property: Id(0)] CollectiveOperation Operation,
    [property: Id(1)] long Bytes,
    [property: Id(2)] int Repetitions,
    [property: Id(3)] bool Check,
    [property: Id(4)] ulong Seed,
    [property: Id(5)] TimeSpan Timeout,
    [property: Id(6)] int Ranks) : WorkSpec
{
    /// <inheritdoc/>
    public override bool RunsOnDevice => true;
}
