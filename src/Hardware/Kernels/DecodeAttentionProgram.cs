using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

internal sealed class DecodeAttentionProgram : KernelProgram
{
    private const long MaximumElements = 1L << 28;

    public override KernelDescription Description { get; } = new(
        "decode-attention",
        "Attention of one new token over all earlier ones: the memory-bound step of serving a language model.",
        [
            new("heads", 1, 1024, 32, "the number of heads"),
            new("tokens", 1, 1L << 17, 1024, "the number of tokens attended to"),
            new("dim", 1, 1024, 128, "the width of a head"),
        ],
        "GB/s");

    public override IEnumerable<KernelFlaw> Flaws(KernelSizes sizes)
    {
        var elements = sizes["heads"] * sizes["tokens"] * sizes["dim"];
        return elements > MaximumElements ? [TooLarge("tokens", "heads x tokens x dim", elements, MaximumElements)] : [];
    }

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes)
    {
        long heads = sizes["heads"], tokens = sizes["tokens"], dim = sizes["dim"];
        return
        [
            new(4 * heads * dim, BufferRole.Input),
            new(4 * heads * dim * tokens, BufferRole.Input),
            new(4 * heads * dim * tokens, BufferRole.Input),
            new(4 * heads * tokens, BufferRole.Scratch),
            new(4 * heads * dim, BufferRole.Output),
        ];
    }

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
    [
        new("factory_decode_attention", sizes.Int("heads"), 1, RowThreads,
        [
            .. buffers.Select(KernelArgument.Of),
            KernelArgument.Of(sizes.Int("tokens")), KernelArgument.Of(sizes.Int("dim")), KernelArgument.Of(ScaleOf(sizes)),
        ]),
    ];

    public override double Work(KernelSizes sizes) => 8.0 * sizes["heads"] * sizes["tokens"] * sizes["dim"];

    public override KernelVerdict Verify(KernelSizes sizes, ulong seed, KernelOutput output)
    {
        int tokens = sizes.Int("tokens"), dim = sizes.Int("dim");
        var gauge = new ErrorGauge(2e-5 + tokens * 6e-8);
        foreach (var head in CheckedElements.Of(sizes["heads"], 10.0 * tokens * dim))
        {
            var values = output.Floats(head * dim, dim);
            var weights = Weights(seed, head, tokens, dim, ScaleOf(sizes));
            for (var d = 0; d < dim; d++)
            {
                double sum = 0, magnitude = 0;
                for (var token = 0; token < tokens; token++)
                {
                    var term = weights[token] * InputData.At(seed, 2, (head * tokens + token) * dim + d);
                    sum += term;
                    magnitude += Math.Abs(term);
                }
                gauge.Compare(head * dim + d, values[d], sum, magnitude);
            }
        }
        return gauge.Verdict;
    }

    private static float ScaleOf(KernelSizes sizes) => 1f / MathF.Sqrt(sizes["dim"]);

    private static double[] Weights(ulong seed, long head, int tokens, int dim, float scale)
    {
        var scores = new double[tokens];
        for (var token = 0; token < tokens; token++)
        {
            double dot = 0;
            for (var d = 0; d < dim; d++)
                dot += (double)InputData.At(seed, 0, head * dim + d) * InputData.At(seed, 1, (head * dim + d) * tokens + token);
            scores[token] = dot * scale;
        }
        var largest = scores.Max();
        var weights = scores.Select(score => Math.Exp(score - largest)).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
