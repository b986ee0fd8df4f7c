using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

internal sealed class SoftmaxProgram() : RowProgram("softmax", "Softmax of each row of a matrix", 8)
{
    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) => [Matrix(sizes, BufferRole.Input), Matrix(sizes, BufferRole.Output)];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [EachRow("softmax", sizes, buffers)];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(1e-5);
        JudgeRows(gauge, sizes, outputs[0], row =>
        {
            var softmax = Reference.Softmax(inputs.Row(0, row, sizes.Int("cols")));
            return (softmax, softmax);
        });
        return gauge.Verdict;
    }
}

/// <summary>Runs the forward too, because the backward starts from its result.</summary>
internal sealed class SoftmaxBackwardProgram() : RowProgram("softmax-backward", "Softmax of each row, and the gradient through it", 20)
{
    // Buffers: the input, the gradient of the softmax, the softmax, the gradient of the input.
    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        Matrix(sizes, BufferRole.Input) with { Scale = 4 }, Matrix(sizes, BufferRole.Input), Matrix(sizes, BufferRole.Scratch),
        Matrix(sizes, BufferRole.Output),
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
    [
        EachRow("softmax", sizes, [buffers[0], buffers[2]]),
        EachRow("softmax_backward", sizes, [buffers[2], buffers[1], buffers[3]]),
    ];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(2e-5);
        JudgeRows(gauge, sizes, outputs[0], row =>
        {
            var softmax = Reference.Softmax(inputs.Row(0, row, sizes.Int("cols")));
            var gradient = inputs.Row(1, row, sizes.Int("cols"));
            var along = softmax.Zip(gradient, (weight, slope) => weight * slope).ToArray();
            double sum = along.Sum(), magnitude = along.Sum(Math.Abs);
            return (
                [.. softmax.Zip(gradient, (weight, slope) => weight * (slope - sum))],
                [.. softmax.Zip(gradient, (weight, slope) => weight * (Math.Abs(slope) + magnitude))]);
        });
        return gauge.Verdict;
    }
}
