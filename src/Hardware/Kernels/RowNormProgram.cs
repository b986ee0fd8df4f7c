using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>Layer norm (Ba and others, arXiv:1607.06450) or, not centred and without bias, RMS norm (Zhang and Sennrich, arXiv:1910.07467).</summary>
internal sealed class RowNormProgram(bool centred) : RowProgram(
    centred ? "layer-norm" : "rms-norm", centred ? "Layer norm of each row, with gain and bias" : "RMS norm of each row, with gain", 8)
{
    /// <summary>What both add to the mean square.</summary>
    internal const float Epsilon = 1e-5f;

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        Matrix(sizes, BufferRole.Input) with { Scale = 4 },
        .. Enumerable.Repeat(KernelBuffer.Floats(sizes["cols"], BufferRole.Input), centred ? 2 : 1),
        Matrix(sizes, BufferRole.Output),
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [EachRow(centred ? "layer_norm" : "rms_norm", sizes, buffers, KernelArgument.Of(Epsilon))];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var columns = sizes.Int("cols");
        var gain = inputs.Row(1, 0, columns);
        var bias = centred ? inputs.Row(2, 0, columns) : null;
        var gauge = new ErrorGauge(2e-5);
        JudgeRows(gauge, sizes, outputs[0], row =>
        {
            var values = inputs.Row(0, row, columns);
            var (mean, scale) = Reference.Moments(values, centred, Epsilon);
            return (
                Reference.Norm(values, gain, bias, Epsilon),
                [.. values.Select((value, i) => (Math.Abs(value) + Math.Abs(mean)) * scale * Math.Abs(gain[i]) + Math.Abs(bias?[i] ?? 0))]);
        });
        return gauge.Verdict;
    }
}

/// <summary>The gradients of the input, of the gain, and with a mean taken off of the bias.</summary>
internal sealed class RowNormBackwardProgram(bool centred) : RowProgram(
    centred ? "layer-norm-backward" : "rms-norm-backward",
    centred ? "The gradients through layer norm: of input, gain and bias" : "The gradients through RMS norm: of input and gain", 20)
{
    private const int ColumnBlock = 128;
    private const int RowStretch = 256;

    // Input, gain, gradient; the gradient of the input; moments and two sets of parts; the gradients of gain and bias.
    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes)
    {
        var parts = KernelBuffer.Floats(Blocks(sizes["rows"], RowStretch) * sizes["cols"], BufferRole.Scratch);
        var result = KernelBuffer.Floats(sizes["cols"], BufferRole.Output);
        return
        [
            Matrix(sizes, BufferRole.Input) with { Scale = 4 }, KernelBuffer.Floats(sizes["cols"], BufferRole.Input), Matrix(sizes, BufferRole.Input),
            Matrix(sizes, BufferRole.Output), KernelBuffer.Floats(2 * sizes["rows"], BufferRole.Scratch), parts, parts, result,
            .. centred ? [result] : Array.Empty<KernelBuffer>(),
        ];
    }

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers)
    {
        var stretches = Blocks(sizes["rows"], RowStretch);
        var across = Blocks(sizes["cols"], ColumnBlock);
        KernelLaunch Sums(int parts, int result) => new("factory_column_sums", across, 1, ColumnBlock,
            [KernelArgument.Of(buffers[parts]), KernelArgument.Of(buffers[result]), KernelArgument.Of(stretches), KernelArgument.Of(sizes.Int("cols"))]);
        return
        [
            EachRow(centred ? "layer_norm_backward" : "rms_norm_backward", sizes, buffers.Take(5), KernelArgument.Of(RowNormProgram.Epsilon)),
            new("factory_norm_gradient_parts", across, stretches, ColumnBlock,
            [
                KernelArgument.Of(buffers[0]), KernelArgument.Of(buffers[2]), KernelArgument.Of(buffers[4]), KernelArgument.Of(buffers[5]),
                KernelArgument.Of(buffers[6]), KernelArgument.Of(sizes.Int("rows")), KernelArgument.Of(sizes.Int("cols")),
            ]),
            Sums(5, 7),
            .. centred ? [Sums(6, 8)] : Array.Empty<KernelLaunch>(),
        ];
    }

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var columns = sizes.Int("cols");
        var gain = inputs.Row(1, 0, columns);
        var gauge = new ErrorGauge(5e-5);
        JudgeRows(gauge, sizes, outputs[0], row => RowReference(inputs.Row(0, row, columns), gain, inputs.Row(2, row, columns)));
        double[] gains = new double[columns], biases = new double[columns], gainMagnitudes = new double[columns], biasMagnitudes = new double[columns];
        for (long row = 0; row < sizes["rows"]; row++)
        {
            var values = inputs.Row(0, row, columns);
            var (mean, scale) = Reference.Moments(values, centred, RowNormProgram.Epsilon);
            for (var i = 0; i < columns; i++)
            {
                var gradient = inputs[2, row * columns + i];
                gains[i] += gradient * (values[i] - mean) * scale;
                gainMagnitudes[i] += Math.Abs(gradient) * (Math.Abs(values[i]) + Math.Abs(mean)) * scale;
                biases[i] += gradient;
                biasMagnitudes[i] += Math.Abs(gradient);
            }
        }
        Judge(gauge, outputs[1].Floats(0, columns), gains, gainMagnitudes);
        if (centred)
            Judge(gauge, outputs[2].Floats(0, columns), biases, biasMagnitudes);
        return gauge.Verdict;
    }

    private static void Judge(ErrorGauge gauge, float[] actual, double[] expected, double[] magnitudes)
    {
        for (var i = 0; i < actual.Length; i++)
            gauge.Compare(i, actual[i], expected[i], magnitudes[i]);
    }

    private (double[] Values, double[] Magnitudes) RowReference(double[] values, double[] gain, double[] gradient)
    {
        var (mean, scale) = Reference.Moments(values, centred, RowNormProgram.Epsilon);
        var normed = values.Select(value => (value - mean) * scale).ToArray();
        var inner = gradient.Zip(gain, (slope, factor) => slope * factor).ToArray();
        double meanInner = centred ? inner.Average() : 0, along = inner.Zip(normed, (slope, value) => slope * value).Average();
        double innerSize = centred ? inner.Average(Math.Abs) : 0, alongSize = inner.Zip(normed, (slope, value) => Math.Abs(slope * value)).Average();
        return (
            [.. inner.Select((slope, i) => scale * (slope - meanInner - normed[i] * along))],
            [.. inner.Select((slope, i) => scale * (Math.Abs(slope) + innerSize + (Math.Abs(normed[i]) + 1) * alongSize))]);
    }
}
