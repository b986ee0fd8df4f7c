using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>Runs the forward too, because the backward starts from its result and statistics.</summary>
internal sealed class AttentionBackwardProgram() : AttentionProgram(
    "prefill-attention-backward",
    "Causal attention of a prompt, and the gradients through it of queries, keys and values; 9 dim (tokens + 1) operations a token and head.",
    new("tokens", 1, 2048, 256, "the number of tokens of the prompt"), new("dim", 1, PrefillAttentionProgram.MostDim, 64, "the width of a head"),
    "GFLOP/s")
{
    // Queries, keys, values and the gradient of the result; the result, each query's statistics and what its weights'
    // gradients have in common; the gradients of queries, keys and values.
    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes)
    {
        var rows = sizes["heads"] * sizes["tokens"];
        return
        [
            Queries(sizes, BufferRole.Input) with { Scale = 2 }, Cache(sizes) with { Scale = 2 }, Cache(sizes), Queries(sizes, BufferRole.Input),
            Queries(sizes, BufferRole.Scratch), KernelBuffer.Floats(2 * rows, BufferRole.Scratch), KernelBuffer.Floats(rows, BufferRole.Scratch),
            Queries(sizes, BufferRole.Output), Cache(sizes, BufferRole.Output), Cache(sizes, BufferRole.Output),
        ];
    }

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers)
    {
        var addresses = buffers.Select(KernelArgument.Of).ToArray();
        ulong result = addresses[4], statistics = addresses[5], common = addresses[6];
        var rows = checked((int)(sizes["heads"] * sizes["tokens"]));
        return
        [
            PrefillAttentionProgram.Forward(sizes, [buffers[0], buffers[1], buffers[2], buffers[4]], statistics),
            new("factory_row_dot", rows, 1, RowThreads, [result, addresses[3], common, KernelArgument.Of(sizes.Int("dim"))]),
            new("factory_attention_query_gradient", rows, 1, RowThreads, [.. addresses[..4], statistics, common, addresses[7], .. Shape(sizes)]),
            new("factory_attention_cache_gradient", rows / sizes.Int("group"), 1, RowThreads,
                [.. addresses[..4], statistics, common, addresses[8], addresses[9], .. Shape(sizes)]),
        ];
    }

    // Half of the pairs of tokens: 2 products forward, 3 for the queries and 4 for keys and values, of 2 operations each.
    public override double Work(KernelSizes sizes) => 9.0 * sizes["heads"] * sizes["tokens"] * (sizes["tokens"] + 1.0) * sizes["dim"];

    // A head of the cache with its queries is judged whole, because every gradient of a key needs all of them.
    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(5e-5);
        var caches = sizes["heads"] / sizes["group"];
        var work = (double)sizes["group"] * sizes["tokens"] * sizes["tokens"] * sizes["dim"];
        foreach (var cache in work < 1e8 ? CheckedElements.Of(caches, work * 2) : [caches - 1])
            new AttentionGradient(sizes, inputs, cache, ScaleOf(sizes)).Judge(gauge, outputs);
        return gauge.Verdict;
    }
}
