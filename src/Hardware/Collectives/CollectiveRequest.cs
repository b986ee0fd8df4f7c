using ControlPlane.Domain.Jobs;

namespace ControlPlane.Hardware.Collectives;

/// <summary>A collective as one rank is asked to take part in it.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Bytes">Bytes of the result on each rank.</param>
/// <param name="Repetitions">How often, 1 or more.</param>
/// <param name="Check">Whether the result is compared with a plain reference.</param>
/// <param name="Seed">Seed of the data.</param>
public sealed record CollectiveRequest(CollectiveOperation Operation, long Bytes, int Repetitions, bool Check, ulong Seed);

/// <summary>By which way a rank sent.</summary>
public enum CollectiveTransport
{
    /// <summary>Round the ring, over a socket; or nowhere, when it was alone.</summary>
    Tcp,

    /// <summary>Round the ring, through memory that both neighbours map.</summary>
    SharedMemory,

    /// <summary>From device to device by NCCL.</summary>
    Nccl,
}

/// <summary>What a rank measured.</summary>
/// <param name="SecondsPerRepetition">From all ranks' common start to this rank's end, by repetitions; with NCCL as the device measures it.</param>
/// <param name="BusBandwidth">GB/s, as <see cref="Collectives.BusBandwidth"/> says.</param>
/// <param name="Checksum">FNV-1a-64 over the result: the same on all ranks.</param>
/// <param name="MaxRelativeError">Against the reference, relative to the sum of magnitudes; 0 unless checked.</param>
/// <param name="Transport">By which way this rank sent.</param>
/// <param name="Detail">NCCL's version, or why it was not used where devices are CUDA; else empty.</param>
/// <param name="Mistake">What is wrong with the result, or null.</param>
public sealed record CollectiveResult(
    double SecondsPerRepetition, double BusBandwidth, ulong Checksum, double MaxRelativeError, CollectiveTransport Transport, string Detail, string? Mistake);
