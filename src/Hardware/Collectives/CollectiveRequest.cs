using ControlPlane.Domain.Jobs;

namespace ControlPlane.Hardware.Collectives;

/// <summary>A collective as one rank is asked to take part in it.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Bytes">Bytes of the result on each rank.</param>
/// <param name="Repetitions">How often, 1 or more.</param>
/// <param name="Check">Whether the result is compared with a plain reference.</param>
/// <param name="Seed">Seed of the data.</param>
public sealed record CollectiveRequest(CollectiveOperation Operation, long Bytes, int Repetitions, bool Check, ulong Seed);

/// <summary>What a rank measured.</summary>
/// <param name="SecondsPerRepetition">From all ranks' common start to this rank's end, by repetitions.</param>
/// <param name="BusBandwidth">GB/s, as <see cref="Collectives.BusBandwidth"/> says.</param>
/// <param name="Checksum">FNV-1a-64 over the result: the same on all ranks.</param>
/// <param name="MaxRelativeError">Against the reference, relative to the sum of magnitudes; 0 unless checked.</param>
/// <param name="IsShared">True when what this rank sent went through shared memory.</param>
/// <param name="Mistake">What is wrong with the result, or null.</param>
public sealed record CollectiveResult(
    double SecondsPerRepetition, double BusBandwidth, ulong Checksum, double MaxRelativeError, bool IsShared, string? Mistake);
