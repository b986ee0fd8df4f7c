using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

internal sealed class TriadProgram : KernelProgram
{
    // Not a power of two, so that a device which forgets the product is seen.
    private const float Scale = 0.7f;

    public override KernelDescription Description { get; } = new(
        "triad",
        "a = b + 0.7 c over long vectors: the rate a device moves memory at.",
        [new("n", 1, 1L << 28, 1L << 22, "the number of elements of each vector")],
        "GB/s");

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        new(4 * sizes["n"], BufferRole.Output),
        new(4 * sizes["n"], BufferRole.Input),
        new(4 * sizes["n"], BufferRole.Input),
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
    [
        new("factory_triad", Chunks(sizes["n"]), 1, ChunkThreads,
        [
            KernelArgument.Of(buffers[0]), KernelArgument.Of(buffers[1]), KernelArgument.Of(buffers[2]),
            KernelArgument.Of(Scale), KernelArgument.Of(sizes["n"]),
        ]),
    ];

    public override double Work(KernelSizes sizes) => 12.0 * sizes["n"];

    public override KernelVerdict Verify(KernelSizes sizes, ulong seed, KernelOutput output)
    {
        var gauge = new ErrorGauge(1.2e-7);
        const int piece = KernelOutput.PieceBytes / sizeof(float);
        for (long first = 0; first < output.Elements; first += piece)
        {
            var values = output.Floats(first, (int)Math.Min(piece, output.Elements - first));
            for (var i = 0; i < values.Length; i++)
            {
                double b = InputData.At(seed, 1, first + i), product = (double)Scale * InputData.At(seed, 2, first + i);
                gauge.Compare(first + i, values[i], b + product, Math.Abs(b) + Math.Abs(product));
            }
        }
        return gauge.Verdict;
    }
}
