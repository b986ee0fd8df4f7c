using ControlPlane.Domain.Jobs;

namespace ControlPlane.Hardware.Collectives;

/// <summary>A collective in words.</summary>
public static class CollectiveText
{
    /// <summary>The unit of a collective's rate in reports, which no other work has.</summary>
    public const string BusUnit = "GB/s bus";

    /// <summary>As operators call it, such as <c>all-reduce</c>.</summary>
    public static string Word(CollectiveOperation operation) => operation switch
    {
        CollectiveOperation.AllReduce => "all-reduce",
        CollectiveOperation.AllGather => "all-gather",
        _ => "broadcast",
    };

    /// <summary>What was measured, such as <c>all-reduce of 4194304 bytes over 4 ranks</c>, and by which way the rank sent.</summary>
    public static string Of(CollectiveOperation operation, int ranks, long bytes, CollectiveResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var way = result.Transport switch
        {
            CollectiveTransport.Nccl => $"NCCL {result.Detail}",
            CollectiveTransport.SharedMemory => "shared memory",
            _ => "TCP",
        };
        var why = result.Transport != CollectiveTransport.Nccl && result.Detail.Length > 0 ? $" (not NCCL: {result.Detail})" : "";
        return FormattableString.Invariant($"{Word(operation)} of {bytes} bytes over {ranks} ranks, sent through {way}{why}");
    }
}
