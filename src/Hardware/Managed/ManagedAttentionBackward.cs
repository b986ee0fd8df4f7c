using static ControlPlane.Hardware.Managed.ManagedMath;

namespace ControlPlane.Hardware.Managed;

// kernels/attention_backward.h.
internal static unsafe class ManagedAttentionBackward
{
    public static Dictionary<string, ManagedBlock> Blocks { get; } = new()
    {
        ["factory_row_dot"] = (a, x, _) => RowDot(a.Floats(0), a.Floats(1), a.Floats(2), a.Int(3), x),
        ["factory_attention_query_gradient"] = (a, x, _) => QueryGradient(a, x),
        ["factory_attention_cache_gradient"] = (a, x, _) => CacheGradient(a, x),
    };

    private static void RowDot(float* left, float* right, float* sums, int columns, int block)
    {
        var first = (long)block * columns;
        sums[block] = ManagedTeam.Sum(ManagedTeam.RowThreads, columns, i => left[first + i] * right[first + i]);
    }

    private static void QueryGradient(KernelSlots a, int block)
    {
        int tokens = a.Int(7), dim = a.Int(8);
        var cache = (long)(block / tokens / a.Int(9)) * dim * tokens;
        float* keys = a.Floats(1) + cache, values = a.Floats(2) + cache;
        var result = new Span<float>(a.Floats(6) + (long)block * dim, dim);
        result.Clear();
        for (var token = 0; token <= block % tokens; token++)
        {
            var (_, slope) = Weight(a, block, keys + token, values + (long)token * dim, tokens, dim, a.Float(10));
            for (var d = 0; d < dim; d++)
                result[d] = Fma(slope, keys[(long)d * tokens + token], result[d]);
        }
    }

    private static void CacheGradient(KernelSlots a, int block)
    {
        int tokens = a.Int(8), dim = a.Int(9), group = a.Int(10), head = block / tokens, token = block % tokens;
        var cache = (long)head * dim * tokens;
        float* query = a.Floats(0), gradient = a.Floats(3);
        Span<float> key = stackalloc float[dim], value = stackalloc float[dim];
        key.Clear();
        value.Clear();
        for (var member = head * group; member < (head + 1) * group; member++)
        {
            for (var row = member * tokens + token; row < (member + 1) * tokens; row++)
            {
                var (weight, slope) = Weight(a, row, a.Floats(1) + cache + token, a.Floats(2) + cache + (long)token * dim, tokens, dim, a.Float(11));
                for (var d = 0; d < dim; d++)
                {
                    key[d] = Fma(slope, query[(long)row * dim + d], key[d]);
                    value[d] = Fma(weight, gradient[(long)row * dim + d], value[d]);
                }
            }
        }
        for (var d = 0; d < dim; d++)
        {
            a.Floats(6)[cache + (long)d * tokens + token] = key[d];
            a.Floats(7)[cache + (long)token * dim + d] = value[d];
        }
    }

    // One pair of query and token; both launches begin with the same six arguments.
    private static (float Weight, float Slope) Weight(KernelSlots a, int row, float* k, float* v, int tokens, int dim, float scale)
    {
        float* q = a.Floats(0) + (long)row * dim, slopeOf = a.Floats(3) + (long)row * dim, statistics = a.Floats(4) + 2L * row;
        float score = 0f, slope = 0f;
        for (var d = 0; d < dim; d++)
        {
            score = Fma(q[d], k[(long)d * tokens], score);
            slope = Fma(slopeOf[d], v[d], slope);
        }
        var weight = Exponential(score * scale - statistics[0]) / statistics[1];
        return (weight, weight * (slope - a.Floats(5)[row]) * scale);
    }
}
