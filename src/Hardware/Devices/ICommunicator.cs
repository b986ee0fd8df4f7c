using ControlPlane.Domain.Jobs;

namespace ControlPlane.Hardware.Devices;

/// <summary>
/// One rank's part in collectives between devices, through NCCL. What fails once is broken: all ranks need new ones. Dispose
/// it before its device.
/// </summary>
public interface ICommunicator : IDisposable
{
    /// <summary>
    /// Waits for the other ranks and runs a collective on the device, so often. Blocks, for no longer than the limit without
    /// progress; one at a time.
    /// </summary>
    /// <param name="operation">The operation; a broadcast is from rank 0, and sums are added in NCCL's order.</param>
    /// <param name="input">This rank's floats; for an all-gather its segment, floats*rank/ranks up to floats*(rank+1)/ranks of the whole.</param>
    /// <param name="output">Where the result goes: another buffer of the same device.</param>
    /// <param name="floats">Floats of the result, at least 1.</param>
    /// <param name="repetitions">At least 1.</param>
    /// <returns>Seconds that the device took for all repetitions.</returns>
    /// <exception cref="DeviceFaultException">The device or NCCL failed, the limit passed, or it was aborted.</exception>
    double Run(CollectiveOperation operation, IDeviceBuffer input, IDeviceBuffer output, long floats, int repetitions);

    /// <summary>Ends what runs; from any thread.</summary>
    void Abort();
}

/// <summary>A rank's place among those that use NCCL together.</summary>
/// <param name="Id">What one of them made by <see cref="IComputeDevice.NewNcclId"/>, the same on all.</param>
/// <param name="Rank">0 to below <paramref name="Ranks"/>; no two on one device.</param>
/// <param name="Ranks">At least 1.</param>
/// <param name="Limit">Most time without progress.</param>
public sealed record NcclPlace(ReadOnlyMemory<byte> Id, int Rank, int Ranks, TimeSpan Limit)
{
    /// <summary>Bytes of an id.</summary>
    public const int IdBytes = 128;
}
