using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

internal sealed class ReductionProgram : KernelProgram
{
    public override KernelDescription Description { get; } = new(
        "reduction",
        "The sum of a long vector, in passes over ever fewer parts.",
        [new("n", 1, 1L << 28, 1L << 22, "the number of elements")],
        "GB/s");

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        new(4 * sizes["n"], BufferRole.Input),
        new(4L * Chunks(sizes["n"]), BufferRole.Scratch),
        new(4, BufferRole.Output),
    ];

    // The limit of n leaves at most one chunk of parts, so two passes always do.
    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers)
    {
        var parts = Chunks(sizes["n"]);
        return
        [
            new("factory_reduction", parts, 1, ChunkThreads,
                [KernelArgument.Of(buffers[0]), KernelArgument.Of(buffers[1]), KernelArgument.Of(sizes["n"])]),
            new("factory_reduction", 1, 1, ChunkThreads,
                [KernelArgument.Of(buffers[1]), KernelArgument.Of(buffers[2]), KernelArgument.Of((long)parts)]),
        ];
    }

    public override double Work(KernelSizes sizes) => 4.0 * sizes["n"];

    public override KernelVerdict Verify(KernelSizes sizes, ulong seed, KernelOutput output)
    {
        double sum = 0, magnitude = 0;
        for (long i = 0; i < sizes["n"]; i++)
        {
            double value = InputData.At(seed, 0, i);
            sum += value;
            magnitude += Math.Abs(value);
        }
        var gauge = new ErrorGauge(1e-5);
        gauge.Compare(0, output.Floats(0, 1)[0], sum, magnitude);
        return gauge.Verdict;
    }
}
