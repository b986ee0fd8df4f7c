using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

internal sealed class Bfloat16Program : KernelProgram
{
    public override KernelDescription Description { get; } = new(
        "bfloat16",
        "Rounds floats to bfloat16, to nearest with ties to even: 6 bytes an element.",
        [new("n", 1, 1L << 28, 1L << 22, "the number of elements")],
        "GB/s");

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
        [new(sizeof(ushort) * sizes["n"], BufferRole.Output) { Contents = BufferContents.Bfloat16 }, KernelBuffer.Floats(sizes["n"], BufferRole.Input)];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
    [
        new("factory_bfloat16", Chunks(sizes["n"]), 1, ChunkThreads,
            [KernelArgument.Of(buffers[0]), KernelArgument.Of(buffers[1]), KernelArgument.Of(sizes["n"])]),
    ];

    public override double Work(KernelSizes sizes) => 6.0 * sizes["n"];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(0);
        const int piece = KernelOutput.PieceBytes / sizeof(ushort);
        for (long first = 0; first < sizes["n"]; first += piece)
        {
            var values = outputs[0].Read<ushort>(first, (int)Math.Min(piece, sizes["n"] - first));
            for (var i = 0; i < values.Length; i++)
                gauge.Compare(first + i, Bfloat16.Widened(values[i]), Nearest(inputs[1, first + i]), Math.Abs(inputs[1, first + i]));
        }
        return gauge.Verdict;
    }

    // The nearest multiple of the distance between two neighbours, which have 8 significant bits.
    private static double Nearest(double value)
    {
        if (value == 0)
            return 0;
        var step = Math.ScaleB(1, Math.ILogB(value) - 7);
        return Math.Round(value / step, MidpointRounding.ToEven) * step;
    }
}
