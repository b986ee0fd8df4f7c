namespace ControlPlane.Facility.Diagnostics;

/// <summary>One kernel of a diagnosis.</summary>
/// <param name="Check">The line that it gives.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Sizes">Its sizes by name.</param>
/// <param name="Repetitions">How often it runs, 1 or more.</param>
public sealed record DiagnosticsRun(string Check, string Kernel, IReadOnlyDictionary<string, long> Sizes, int Repetitions)
{
    /// <summary>How much of the device it covers, for the report; empty for all that matters.</summary>
    public string Covers { get; init; } = "";
}

/// <summary>Which kernels a level runs. Level 1 only reads; level 2 takes seconds; level 3 takes minutes and all free memory.</summary>
public static class DiagnosticsPlan
{
    /// <summary>The deepest level.</summary>
    public const int DeepestLevel = 3;

    /// <summary>The line for the patterns over a bounded part of the memory.</summary>
    public const string Patterns = "memory patterns";

    /// <summary>The line for the patterns over what is free, as much of it as the workload allows.</summary>
    public const string FreeMemory = "free memory";

    /// <summary>The line for the memory bandwidth, which alone has a rate that is required of a card.</summary>
    public const string Bandwidth = "memory bandwidth";

    /// <summary>The line for single-precision products.</summary>
    public const string MatrixRate = "fp32 matrix rate";

    /// <summary>The line for the run under load.</summary>
    public const string Load = "right under load";

    /// <summary>The kernels of a level, its burn apart.</summary>
    /// <param name="level">1 to 3.</param>
    /// <param name="workload">The sizes.</param>
    /// <param name="freeBytes">Memory that nothing uses now; null when unknown, and then only the bounded part is tested.</param>
    public static IReadOnlyList<DiagnosticsRun> Of(int level, DiagnosticsWorkload workload, long? freeBytes)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, DeepestLevel);
        if (level == 1)
            return [];
        var square = new Dictionary<string, long> { ["m"] = workload.Matrix, ["n"] = workload.Matrix, ["k"] = workload.Matrix };
        List<DiagnosticsRun> runs =
        [
            Over(Patterns, workload, workload.MemoryBytes, freeBytes),
            new(Bandwidth, "triad", new Dictionary<string, long> { ["n"] = workload.TriadElements }, workload.Repetitions),
            new(MatrixRate, "sgemm", square, workload.Repetitions),
            new("bf16 matrix rate", "bf16-gemm", square, workload.Repetitions),
        ];
        if (level == DeepestLevel && freeBytes is { } free)
            runs.Add(Over(FreeMemory, workload, Math.Min(workload.MostMemoryBytes, Testable(free)), free));
        return runs;
    }

    /// <summary>One repetition under load; it is repeated for as long as the load is to last.</summary>
    public static DiagnosticsRun Burn(DiagnosticsWorkload workload, int repetitions)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return new(Load, "burn", new Dictionary<string, long> { ["n"] = workload.BurnMatrix, ["rounds"] = workload.BurnRounds }, repetitions);
    }

    private static DiagnosticsRun Over(string check, DiagnosticsWorkload workload, long bytes, long? free) =>
        new(check, "memory-pattern", new Dictionary<string, long> { ["bytes"] = bytes, ["walks"] = workload.Walks }, 1)
        {
            Covers = FormattableString.Invariant($"{bytes / 1048576.0:0.###} MiB{(free is { } all ? $" of {all / 1048576.0:0} MiB free" : "")}"),
        };

    // The driver needs some of it for the kernels themselves; whole megabytes, four bytes at least.
    private static long Testable(long free) => Math.Max(4, (long)(free * 0.95) & ~0xfffffL);
}
