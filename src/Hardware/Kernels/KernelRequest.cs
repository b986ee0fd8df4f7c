namespace ControlPlane.Hardware.Kernels;

/// <summary>A kernel with its sizes; those left out take their defaults.</summary>
/// <param name="Check">Compare with the plain reference after the last repetition.</param>
/// <param name="Seed">Of the input data: the same seed gives the same data, hence the same checksum.</param>
public sealed record KernelRequest(
    string Name, IReadOnlyDictionary<string, long> Sizes, int Repetitions, bool Check, ulong Seed);

/// <summary>What a run measured.</summary>
/// <param name="SecondsPerRepetition">Median of the repetitions, device time.</param>
/// <param name="Checksum">FNV-1a-64 over the output's bytes.</param>
/// <param name="MaxRelativeError">Against the reference, relative to the sum of magnitudes; 0 unless checked.</param>
/// <param name="Mistake">What is wrong with the result, or null. A checked run that returns null passed.</param>
public sealed record KernelResult(
    double SecondsPerRepetition, double Rate, string RateUnit, ulong Checksum, double MaxRelativeError, bool Checked, int Repetitions, string? Mistake);
