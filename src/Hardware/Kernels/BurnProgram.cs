using System.Globalization;

using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>
/// Keeps a device busy with one matrix product and compares each result with the first, bit by bit: a device under
/// load that is not right every time is broken. The result is judged always.
/// </summary>
internal sealed class BurnProgram : KernelProgram
{
    private const int Threads = 256;

    public override KernelDescription Description { get; } = new(
        "burn",
        "Multiplies the same two matrices again and again and compares every product with the first, bit by bit: load, heat and correctness; 2 n^3 operations a product.",
        [
            new("n", 1, 16384, 512, "the number of rows and columns"),
            new("rounds", 1, 10_000, 10, "the number of products compared with the first"),
        ],
        "GFLOP/s");

    public override bool AlwaysChecked => true;

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes)
    {
        var elements = sizes["n"] * sizes["n"];
        return
        [
            KernelBuffer.Floats(elements, BufferRole.Input), KernelBuffer.Floats(elements, BufferRole.Input),
            KernelBuffer.Floats(elements, BufferRole.Scratch), KernelBuffer.Floats(elements, BufferRole.Output),
            new(MemoryDifferences.Bytes * sizes["rounds"], BufferRole.Total),
        ];
    }

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers)
    {
        ulong product = KernelArgument.Of(buffers[2]), first = KernelArgument.Of(buffers[3]), result = KernelArgument.Of(buffers[4]);
        var square = new KernelSizes(new Dictionary<string, long> { ["m"] = sizes["n"], ["n"] = sizes["n"], ["k"] = sizes["n"], ["batch"] = 1 });
        var launches = new List<KernelLaunch> { GemmProgram.Product("factory_sgemm", Threads, square, [buffers[0], buffers[1], buffers[3]]) };
        for (var round = 0; round < sizes["rounds"]; round++)
        {
            launches.Add(GemmProgram.Product("factory_sgemm", Threads, square, [buffers[0], buffers[1], buffers[2]]));
            launches.Add(new("factory_compare", Chunks(sizes["n"] * sizes["n"]), 1, ChunkThreads,
                [product, first, result, KernelArgument.Of(sizes["n"] * sizes["n"])]));
            launches.Add(new("factory_record", 1, 1, 1, [product, first, result]));
            result += MemoryDifferences.Bytes;
        }
        return launches;
    }

    public override double Work(KernelSizes sizes) => 2.0 * sizes["n"] * sizes["n"] * sizes["n"] * (sizes["rounds"] + 1.0);

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var found = outputs[1].Read<MemoryDifferences>(0, sizes.Int("rounds"));
        var wrong = Enumerable.Range(0, found.Length).Where(round => found[round].Count != 0).ToList();
        if (wrong.Count > 0)
        {
            var mistake = string.Create(CultureInfo.InvariantCulture, $"{wrong.Count} of {found.Length} products differ from the first one; in product {wrong[0] + 2} ");
            return new((double)wrong.Count / found.Length, mistake + found[wrong[0]].Describe("from it", found[wrong[0]].Expected));
        }
        return FirstProduct(sizes.Int("n"), inputs, outputs[0]);
    }

    // All may be wrong alike: the first one is judged as a matrix product is.
    private static KernelVerdict FirstProduct(int n, KernelInputs inputs, KernelOutput output)
    {
        var gauge = new ErrorGauge((n + 8) * 6e-8);
        foreach (var element in CheckedElements.Of((long)n * n, 4.0 * n))
        {
            double sum = 0, magnitude = 0;
            for (long step = 0; step < n; step++)
            {
                var term = inputs[0, element / n * n + step] * inputs[1, step * n + element % n];
                sum += term;
                magnitude += Math.Abs(term);
            }
            gauge.Compare(element, output.Floats(element, 1)[0], sum, magnitude);
        }
        return gauge.Verdict;
    }
}
