using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>
/// What prefill and decode share: a cache of keys (head, dim, token) and values (head, token, dim), and groups of
/// query heads that share a head of the cache (grouped-query attention, Ainslie and others, arXiv:2305.13245).
/// </summary>
internal abstract class AttentionProgram(string name, string summary, KernelSize tokens, KernelSize dim, string unit) : KernelProgram
{
    public override KernelDescription Description { get; } = new(
        name, summary,
        [
            new("heads", 1, 1024, 32, "the number of query heads"), tokens, dim,
            new("group", 1, 1024, 1, "the number of query heads that share keys and values"),
        ],
        unit);

    public override IEnumerable<KernelFlaw> Flaws(KernelSizes sizes)
    {
        if (sizes["heads"] % sizes["group"] != 0)
            yield return new("sizes.group", FormattableString.Invariant($"sizes.group is {sizes["group"]}, but must divide the {sizes["heads"]} heads; 1 would."));
        foreach (var flaw in TooLarge(sizes, "tokens", "heads", "tokens", "dim"))
            yield return flaw;
    }

    protected static float ScaleOf(KernelSizes sizes) => 1f / MathF.Sqrt(sizes["dim"]);

    protected static KernelBuffer Cache(KernelSizes sizes, BufferRole role = BufferRole.Input) =>
        KernelBuffer.Floats(sizes["heads"] / sizes["group"] * sizes["tokens"] * sizes["dim"], role);

    protected static KernelBuffer Queries(KernelSizes sizes, BufferRole role) =>
        KernelBuffer.Floats(sizes["heads"] * sizes["tokens"] * sizes["dim"], role);

    /// <summary>The arguments that close every launch.</summary>
    protected static IEnumerable<ulong> Shape(KernelSizes sizes) =>
    [
        KernelArgument.Of(sizes.Int("tokens")), KernelArgument.Of(sizes.Int("dim")), KernelArgument.Of(sizes.Int("group")),
        KernelArgument.Of(ScaleOf(sizes)),
    ];

    /// <summary>Judges the result of one query over the first <paramref name="seen"/> tokens, which begins at element <paramref name="at"/>.</summary>
    protected static void Judge(ErrorGauge gauge, KernelSizes sizes, KernelInputs inputs, KernelOutput output, long head, long at, int seen)
    {
        int tokens = sizes.Int("tokens"), dim = sizes.Int("dim");
        var cache = head / sizes["group"];
        var (values, magnitudes) = Reference.Attention(
            d => inputs[0, at + d], (token, d) => inputs[1, (cache * dim + d) * tokens + token], (token, d) => inputs[2, (cache * tokens + token) * dim + d],
            seen, dim, ScaleOf(sizes));
        var actual = output.Floats(at, dim);
        for (var d = 0; d < dim; d++)
            gauge.Compare(at + d, actual[d], values[d], magnitudes[d]);
    }
}

internal sealed class DecodeAttentionProgram() : AttentionProgram(
    "decode-attention",
    "Attention of one new token over all earlier ones: the memory-bound step of serving a language model; 8 bytes for each value of the cache.",
    new("tokens", 1, 1L << 17, 1024, "the number of tokens attended to"), new("dim", 1, 1024, 128, "the width of a head"), "GB/s")
{
    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        KernelBuffer.Floats(sizes["heads"] * sizes["dim"], BufferRole.Input), Cache(sizes), Cache(sizes),
        KernelBuffer.Floats(sizes["heads"] * sizes["tokens"], BufferRole.Scratch), KernelBuffer.Floats(sizes["heads"] * sizes["dim"], BufferRole.Output),
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [new("factory_decode_attention", sizes.Int("heads"), 1, RowThreads, [.. buffers.Select(KernelArgument.Of), .. Shape(sizes)])];

    public override double Work(KernelSizes sizes) => 8.0 * (sizes["heads"] / sizes["group"]) * sizes["tokens"] * sizes["dim"];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(2e-5 + sizes["tokens"] * 6e-8);
        foreach (var head in CheckedElements.Of(sizes["heads"], 10.0 * sizes["tokens"] * sizes["dim"]))
            Judge(gauge, sizes, inputs, outputs[0], head, head * sizes["dim"], sizes.Int("tokens"));
        return gauge.Verdict;
    }
}

internal sealed class PrefillAttentionProgram() : AttentionProgram(
    "prefill-attention",
    "Causal attention of every token of a prompt over itself and those before it, in tiles with an online softmax; 2 dim (tokens + 1) operations a token and head, twice.",
    new("tokens", 1, 16384, 512, "the number of tokens of the prompt"), new("dim", 1, MostDim, 64, "the width of a head"), "GFLOP/s")
{
    // As in kernels/attention.h.
    internal const int MostDim = 256;
    private const int Rows = 16;

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
        [Queries(sizes, BufferRole.Input), Cache(sizes), Cache(sizes), Queries(sizes, BufferRole.Output)];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [Forward(sizes, buffers, statistics: 0)];

    /// <summary>Over queries, keys, values and output; the statistics' address may be null.</summary>
    internal static KernelLaunch Forward(KernelSizes sizes, IEnumerable<IDeviceBuffer> buffers, ulong statistics) =>
        new("factory_prefill_attention", checked(sizes.Int("heads") * Blocks(sizes["tokens"], Rows)), 1, RowThreads,
            [.. buffers.Select(KernelArgument.Of), statistics, .. Shape(sizes)]);

    // Of the pairs of tokens half, and the diagonal, are looked at: a product and a sum for the score, and again for the value.
    public override double Work(KernelSizes sizes) => 2.0 * sizes["heads"] * sizes["tokens"] * (sizes["tokens"] + 1.0) * sizes["dim"];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(2e-5 + sizes["tokens"] * 6e-8);
        foreach (var query in CheckedElements.Of(sizes["heads"] * sizes["tokens"], 10.0 * sizes["tokens"] * sizes["dim"]))
            Judge(gauge, sizes, inputs, outputs[0], query / sizes["tokens"], query * sizes["dim"], (int)(query % sizes["tokens"]) + 1);
        return gauge.Verdict;
    }
}
