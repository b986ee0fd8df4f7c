using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

internal sealed class CrossEntropyProgram() : RowProgram(
    "cross-entropy", "The cross-entropy loss of each row of logits against its target, from the largest logit so that nothing overflows", 4)
{
    // Far enough apart that e^logit alone would overflow.
    internal const float LogitRange = 128;

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        Matrix(sizes, BufferRole.Input) with { Scale = LogitRange }, KernelBuffer.Tokens(sizes["rows"], sizes["cols"]),
        KernelBuffer.Floats(sizes["rows"], BufferRole.Output),
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [EachRow("cross_entropy", sizes, buffers)];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(1e-6);
        foreach (var row in CheckedElements.Of(sizes["rows"], 40.0 * sizes["cols"]))
        {
            var logits = inputs.Row(0, row, sizes.Int("cols"));
            var target = inputs.Token(1, row);
            gauge.Compare(row, outputs[0].Floats(row, 1)[0], Reference.CrossEntropy(logits, target), Math.Abs(logits.Max()) + Math.Abs(logits[target]));
        }
        return gauge.Verdict;
    }
}

internal sealed class CrossEntropyBackwardProgram() : RowProgram(
    "cross-entropy-backward", "The gradient of the mean cross-entropy loss by the logits", 8)
{
    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        Matrix(sizes, BufferRole.Input) with { Scale = 8 }, KernelBuffer.Tokens(sizes["rows"], sizes["cols"]), Matrix(sizes, BufferRole.Output),
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [EachRow("cross_entropy_backward", sizes, buffers, KernelArgument.Of(1f / sizes["rows"]))];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(1e-5);
        JudgeRows(gauge, sizes, outputs[0], row =>
        {
            var softmax = Reference.Softmax(inputs.Row(0, row, sizes.Int("cols")));
            var hit = softmax.Select((_, i) => i == inputs.Token(1, row) ? 1.0 : 0.0).ToArray();
            return (
                [.. softmax.Zip(hit, (weight, one) => (weight - one) / sizes["rows"])],
                [.. softmax.Zip(hit, (weight, one) => (weight + one) / sizes["rows"])]);
        });
        return gauge.Verdict;
    }
}
