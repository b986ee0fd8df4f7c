using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>
/// Writes patterns over a stretch of memory and reads them back, upright and inverted in place. The result is judged
/// always, and a mistake names the first bad place.
/// </summary>
internal sealed class MemoryPatternProgram : KernelProgram
{
    public override KernelDescription Description { get; } = new(
        "memory-pattern",
        "Writes address-in-address, alternating bits, zeros, hashed addresses and walking ones over device memory, reads each back, inverts it in place (walking zeros, ones) and reads it again; 20 bytes a word and pattern.",
        [
            new("bytes", 4, 1L << 37, 1L << 26, "the number of bytes to test") { Step = 4 },
            new("walks", 0, 32, 8, "the number of steps that the walking one takes"),
        ],
        "GB/s");

    public override bool AlwaysChecked => true;

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
        [new(sizes["bytes"], BufferRole.Scratch), new(2L * MemoryDifferences.Bytes * PatternsOf(sizes).Count, BufferRole.Total)];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers)
    {
        var words = KernelArgument.Of(sizes["bytes"] / 4);
        ulong memory = KernelArgument.Of(buffers[0]), result = KernelArgument.Of(buffers[1]);
        KernelLaunch Over(string kernel, params ulong[] more) => new(kernel, Chunks(sizes["bytes"] / 4), 1, ChunkThreads, [memory, .. more]);
        var launches = new List<KernelLaunch>();
        foreach (var pattern in PatternsOf(sizes))
        {
            ulong number = KernelArgument.Of(pattern.Number), shift = KernelArgument.Of(pattern.Shift), key = (uint)seed;
            launches.Add(Over("factory_pattern_write", words, number, shift, 0, key));
            foreach (var mask in (ulong[])[0, uint.MaxValue])
            {
                if (mask != 0)
                    launches.Add(Over("factory_pattern_invert", words));
                launches.Add(Over("factory_pattern_check", result, words, number, shift, mask, key));
                launches.Add(new("factory_record", 1, 1, 1, [memory, 0, result]));
                result += MemoryDifferences.Bytes;
            }
        }
        return launches;
    }

    public override double Work(KernelSizes sizes) => 5.0 * PatternsOf(sizes).Count * sizes["bytes"];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var words = sizes["bytes"] / 4;
        var patterns = PatternsOf(sizes);
        var found = outputs[0].Read<MemoryDifferences>(0, 2 * patterns.Count);
        var seed = (uint)inputs.Seed;
        var flaws = new List<string>();
        for (var i = 0; i < found.Length; i++)
        {
            var (pattern, inverted) = (patterns[i / 2], i % 2 != 0);
            var where = $"under \"{pattern.Name}\"{(inverted ? " inverted" : "")}";
            if (found[i].Count != 0)
                flaws.Add(found[i].Describe(where, pattern.Word(~found[i].FirstInverted, inverted, seed)));
            else if (pattern.Sum(words, inverted, seed) is { } sum && sum != found[i].Sum)
                flaws.Add($"the words read {where} do not add up");
        }
        return new(found.Sum(result => (double)result.Count) / words / found.Length, flaws.Count == 0 ? null : string.Join("; ", flaws.Take(5)));
    }

    private static IReadOnlyList<MemoryPattern> PatternsOf(KernelSizes sizes) => MemoryPattern.All(sizes.Int("walks"));
}
