using ControlPlane.Domain.Jobs;

namespace ControlPlane.Hardware.Collectives;

/// <summary>
/// The bus bandwidth of nccl-tests (doc/PERFORMANCE.md): what the links carry, whatever the number of ranks, from the
/// bytes of the result and the time of an operation.
/// </summary>
public static class BusBandwidth
{
    /// <summary>By how much it exceeds the algorithm's bandwidth, which is bytes by time.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="ranks">1 or more.</param>
    public static double Factor(CollectiveOperation operation, int ranks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ranks);
        return operation switch
        {
            CollectiveOperation.AllReduce => 2.0 * (ranks - 1) / ranks,
            CollectiveOperation.AllGather => (ranks - 1.0) / ranks,
            _ => 1,
        };
    }

    /// <summary>Bus bandwidth in GB/s (10^9 bytes).</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="ranks">1 or more.</param>
    /// <param name="bytes">Bytes of the result on each rank.</param>
    /// <param name="seconds">Time of one operation, above 0.</param>
    public static double Of(CollectiveOperation operation, int ranks, long bytes, double seconds) =>
        bytes / seconds / 1e9 * Factor(operation, ranks);
}
