using static ControlPlane.Hardware.Managed.ManagedMath;

namespace ControlPlane.Hardware.Managed;

// kernels/attention.h.
internal static unsafe class ManagedAttention
{
    private const int Rows = 16;
    private const int Keys = 32;

    public static Dictionary<string, ManagedBlock> Blocks { get; } = new()
    {
        ["factory_decode_attention"] = (a, x, _) => Decode(a, x),
        ["factory_prefill_attention"] = (a, x, _) => Prefill(a, x),
    };

    private static void Decode(KernelSlots a, int head)
    {
        int tokens = a.Int(5), dim = a.Int(6);
        var cache = (long)(head / a.Int(7)) * dim * tokens;
        var scale = a.Float(8);
        float* q = a.Floats(0) + (long)head * dim, k = a.Floats(1) + cache, v = a.Floats(2) + cache, score = a.Floats(3) + (long)head * tokens;
        Scores(q, k, score, tokens, tokens, dim, scale);
        var sum = ManagedRows.Weigh(score, score, tokens);
        var result = new Span<float>(a.Floats(4) + (long)head * dim, dim);
        result.Clear();
        Add(result, score, v, tokens, dim);
        for (var d = 0; d < dim; d++)
            result[d] /= sum;
    }

    private static void Prefill(KernelSlots a, int block)
    {
        int tokens = a.Int(5), dim = a.Int(6), tiles = (tokens + Rows - 1) / Rows, head = block / tiles;
        var cache = (long)(head / a.Int(7)) * dim * tokens;
        var statistics = a.Floats(4);
        for (var token = block % tiles * Rows; token < Math.Min(tokens, (block % tiles + 1) * Rows); token++)
        {
            var at = ((long)head * tokens + token) * dim;
            var (largest, total) = Attend(a.Floats(0) + at, a.Floats(1) + cache, a.Floats(2) + cache, new(a.Floats(3) + at, dim), token + 1, tokens, a.Float(8));
            if (statistics is not null)
                (statistics[at / dim * 2], statistics[at / dim * 2 + 1]) = (largest, total);
        }
    }

    // One query over the tokens it may see, a tile of them at a time.
    private static (float Largest, float Total) Attend(float* q, float* k, float* v, Span<float> result, int seen, int tokens, float scale)
    {
        var dim = result.Length;
        float largest = Lowest, total = 0f;
        var weights = stackalloc float[Keys];
        result.Clear();
        for (var start = 0; start < seen; start += Keys)
        {
            var count = Math.Min(Keys, seen - start);
            Scores(q, k + start, weights, count, tokens, dim, scale);
            var most = largest;
            for (var i = 0; i < count; i++)
                most = Larger(most, weights[i]);
            var factor = Exponential(largest - most);
            total *= factor;
            for (var i = 0; i < count; i++)
                total += weights[i] = Exponential(weights[i] - most);
            largest = most;
            for (var d = 0; d < dim; d++)
                result[d] *= factor;
            Add(result, weights, v + (long)start * dim, count, dim);
        }
        for (var d = 0; d < dim; d++)
            result[d] /= total;
        return (largest, total);
    }

    private static void Scores(float* q, float* k, float* scores, int count, int tokens, int dim, float scale)
    {
        new Span<float>(scores, count).Clear();
        for (var d = 0; d < dim; d++)
        {
            for (var i = 0; i < count; i++)
                scores[i] = Fma(q[d], k[(long)d * tokens + i], scores[i]);
        }
        for (var i = 0; i < count; i++)
            scores[i] *= scale;
    }

    private static void Add(Span<float> result, float* weights, float* v, int count, int dim)
    {
        for (var i = 0; i < count; i++)
        {
            for (var d = 0; d < dim; d++)
                result[d] = Fma(weights[i], v[(long)i * dim + d], result[d]);
        }
    }
}
