using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>What both directions share: a table of rows, and tokens that name them.</summary>
internal abstract class TableProgram(string name, string summary) : KernelProgram
{
    public override KernelDescription Description { get; } = new(
        name, summary,
        [
            new("tokens", 1, 1L << 16, 2048, "the number of tokens"),
            new("vocabulary", 1, 1L << 20, 32768, "the number of rows of the table"),
            new("dim", 1, 1L << 14, 512, "the width of a row"),
        ],
        "GB/s");

    public override IEnumerable<KernelFlaw> Flaws(KernelSizes sizes) =>
        [.. TooLarge(sizes, "vocabulary", "vocabulary", "dim"), .. TooLarge(sizes, "tokens", "tokens", "dim")];

    protected static KernelBuffer Table(KernelSizes sizes, BufferRole role) => KernelBuffer.Floats(sizes["vocabulary"] * sizes["dim"], role);

    protected static KernelBuffer Rows(KernelSizes sizes, BufferRole role) => KernelBuffer.Floats(sizes["tokens"] * sizes["dim"], role);
}

internal sealed class EmbeddingProgram() : TableProgram(
    "embedding", "Looks up each token's row of a table: 8 bytes an element of the result.")
{
    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
        [Table(sizes, BufferRole.Input), KernelBuffer.Tokens(sizes["tokens"], sizes["vocabulary"]), Rows(sizes, BufferRole.Output)];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
    [
        new("factory_embedding", sizes.Int("tokens"), 1, RowThreads,
            [.. buffers.Select(KernelArgument.Of), KernelArgument.Of(sizes.Int("dim")), KernelArgument.Of(sizes.Int("vocabulary"))]),
    ];

    public override double Work(KernelSizes sizes) => 8.0 * sizes["tokens"] * sizes["dim"];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var dim = sizes["dim"];
        var gauge = new ErrorGauge(0);
        outputs[0].Scan((first, piece) =>
        {
            for (var i = 0; i < piece.Length; i++)
            {
                var expected = inputs[0, inputs.Token(1, (first + i) / dim) * dim + (first + i) % dim];
                gauge.Compare(first + i, piece[i], expected, Math.Abs(expected));
            }
        });
        return gauge.Verdict;
    }
}

internal sealed class EmbeddingBackwardProgram() : TableProgram(
    "embedding-backward", "Adds each token's gradient to its row of the table's gradient, equal tokens in order, so that every run gives the same sum: 12 bytes an element added.")
{
    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
        [Rows(sizes, BufferRole.Input), KernelBuffer.Tokens(sizes["tokens"], sizes["vocabulary"]), Table(sizes, BufferRole.Total)];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
    [
        new("factory_embedding_backward", sizes.Int("tokens"), 1, RowThreads,
        [
            .. buffers.Select(KernelArgument.Of), KernelArgument.Of(sizes.Int("tokens")), KernelArgument.Of(sizes.Int("dim")),
            KernelArgument.Of(sizes.Int("vocabulary")),
        ]),
    ];

    public override double Work(KernelSizes sizes) => 12.0 * sizes["tokens"] * sizes["dim"];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var dim = sizes["dim"];
        var places = Enumerable.Range(0, sizes.Int("tokens")).ToLookup(place => inputs.Token(1, place));
        var gauge = new ErrorGauge(1e-6 + sizes["tokens"] * 6e-8);
        outputs[0].Scan((first, piece) =>
        {
            for (var i = 0; i < piece.Length; i++)
            {
                double sum = 0, magnitude = 0;
                foreach (var place in places[(int)((first + i) / dim)])
                {
                    sum += inputs[0, place * dim + (first + i) % dim];
                    magnitude += Math.Abs(inputs[0, place * dim + (first + i) % dim]);
                }
                gauge.Compare(first + i, piece[i], sum, magnitude);
            }
        });
        return gauge.Verdict;
    }
}
