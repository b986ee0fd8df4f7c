using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>Writes patterns over a stretch of memory and reads them back. The result is judged always.</summary>
internal sealed class MemoryPatternProgram : KernelProgram
{
    private static readonly string[] Patterns =
        ["address in address", "inverted address", "walking one", "walking zero", "alternating bits", "hashed address"];

    public override KernelDescription Description { get; } = new(
        "memory-pattern",
        "Writes six patterns over device memory and counts the words that come back changed.",
        [new("bytes", 4, 1L << 37, 1L << 26, "the number of bytes to test") { Step = 4 }],
        "GB/s");

    public override bool AlwaysChecked => true;

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
        [new(sizes["bytes"], BufferRole.Scratch), new(8 * Patterns.Length, BufferRole.Total)];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers)
    {
        var words = sizes["bytes"] / 4;
        var launches = new List<KernelLaunch>();
        for (var pattern = 0; pattern < Patterns.Length; pattern++)
        {
            launches.Add(new("factory_pattern_write", Chunks(words), 1, ChunkThreads,
            [
                KernelArgument.Of(buffers[0]), KernelArgument.Of(words), KernelArgument.Of(pattern), (uint)seed,
            ]));
            launches.Add(new("factory_pattern_check", Chunks(words), 1, ChunkThreads,
            [
                KernelArgument.Of(buffers[0]), KernelArgument.Of(words), KernelArgument.Of(pattern), (uint)seed,
                KernelArgument.Of(buffers[1]) + (ulong)(8 * pattern),
            ]));
        }
        return launches;
    }

    public override double Work(KernelSizes sizes) => 2.0 * Patterns.Length * sizes["bytes"];

    public override KernelVerdict Verify(KernelSizes sizes, ulong seed, KernelOutput output)
    {
        var totals = output.Words(0, 2 * Patterns.Length);
        var flaws = new List<string>();
        double wrong = 0;
        for (var pattern = 0; pattern < Patterns.Length; pattern++)
        {
            wrong += totals[2 * pattern];
            if (totals[2 * pattern] != 0)
                flaws.Add($"{totals[2 * pattern]} words differ under \"{Patterns[pattern]}\"");
            else if (Sum(pattern, sizes["bytes"] / 4) is { } sum && totals[2 * pattern + 1] != sum)
                flaws.Add($"the words read under \"{Patterns[pattern]}\" do not add up");
        }
        return new(wrong / (sizes["bytes"] / 4.0 * Patterns.Length), flaws.Count == 0 ? null : string.Join("; ", flaws));
    }

    // The sums that have a closed form; a sum under the others is only compared through the count of differences.
    private static uint? Sum(int pattern, long words)
    {
        if (words > uint.MaxValue)
            return null;
        var addresses = (uint)((UInt128)words * (UInt128)(words - 1) / 2 & uint.MaxValue);
        return pattern switch
        {
            0 => addresses,
            1 => (uint)((ulong)words * uint.MaxValue) - addresses,
            _ => null,
        };
    }
}
