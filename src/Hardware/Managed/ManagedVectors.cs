using ControlPlane.Hardware.Kernels;

using static ControlPlane.Hardware.Managed.ManagedMath;

namespace ControlPlane.Hardware.Managed;

// kernels/vectors.h and kernels/activations.h.
internal static unsafe class ManagedVectors
{
    public const int ChunkElements = 16384;

    public static Dictionary<string, ManagedBlock> Blocks { get; } = new()
    {
        ["factory_copy"] = (a, x, _) => Each(a.Floats(0), a.Long(2), x, a.Floats(1), null, (b, _) => b),
        ["factory_scale"] = (a, x, _) => Scaled(a, x, a.Floats(1), null, (scale, b, _) => scale * b),
        ["factory_add"] = (a, x, _) => Each(a.Floats(0), a.Long(3), x, a.Floats(1), a.Floats(2), (b, c) => b + c),
        ["factory_multiply"] = (a, x, _) => Each(a.Floats(0), a.Long(3), x, a.Floats(1), a.Floats(2), (b, c) => b * c),
        ["factory_triad"] = (a, x, _) => Scaled(a, x, a.Floats(1), a.Floats(2), (scale, b, c) => Fma(scale, c, b)),
        ["factory_axpy"] = (a, x, _) => Scaled(a, x, a.Floats(0), a.Floats(1), (scale, y, added) => Fma(scale, added, y)),
        ["factory_square_root"] = (a, x, _) => Each(a.Floats(0), a.Long(1), x, a.Floats(0), null, (value, _) => MathF.Sqrt(value)),
        ["factory_gelu"] = (a, x, _) => Each(a.Floats(0), a.Long(2), x, a.Floats(1), null, (v, _) => v * Sigmoid(GeluArgument(v))),
        ["factory_silu"] = (a, x, _) => Each(a.Floats(0), a.Long(2), x, a.Floats(1), null, (v, _) => v * Sigmoid(v)),
        ["factory_gelu_backward"] = (a, x, _) => Each(a.Floats(0), a.Long(3), x, a.Floats(1), a.Floats(2), GeluBackward),
        ["factory_silu_backward"] = (a, x, _) => Each(a.Floats(0), a.Long(3), x, a.Floats(1), a.Floats(2), SiluBackward),
        ["factory_bfloat16"] = (a, x, _) => Round(a.Halves(0), a.Floats(1), a.Long(2), x),
        ["factory_reduction"] = (a, x, _) => Reduce(a.Floats(0), a.Floats(1), a.Long(2), x),
        ["factory_dot"] = (a, x, _) => Dot(a.Floats(0), a.Floats(1), a.Floats(2), a.Long(3), x),
        ["factory_largest"] = (a, x, _) => a.Floats(1)[x] = Largest(a.Floats(0), a.Long(2), x),
        ["factory_place_of_largest"] = (a, x, _) => PlaceOfLargest(a.Floats(0), a.Ints(1), a.Floats(2), a.Ints(3), a.Long(4), x),
    };

    public static (long First, int Count) Chunk(int block, long n)
    {
        var first = (long)block * ChunkElements;
        return (first, (int)Math.Min(ChunkElements, n - first));
    }

    private static void Each(float* result, long n, int block, float* left, float* right, Func<float, float, float> element)
    {
        var (first, count) = Chunk(block, n);
        for (var i = first; i < first + count; i++)
            result[i] = element(left[i], right is null ? 0f : right[i]);
    }

    // The scalar stands behind the vectors and before their length.
    private static void Scaled(KernelSlots a, int block, float* left, float* right, Func<float, float, float, float> element)
    {
        var slot = right is null || left == a.Floats(0) ? 2 : 3;
        var scale = a.Float(slot);
        Each(a.Floats(0), a.Long(slot + 1), block, left, right, (l, r) => element(scale, l, r));
    }

    private static float GeluArgument(float x) => 1.5957691216f * Fma(0.044715f * x, x * x, x);

    private static float GeluBackward(float x, float gradient)
    {
        var s = Sigmoid(GeluArgument(x));
        var slope = 1.5957691216f * Fma(0.134145f * x, x, 1f);
        return gradient * Fma(x * s * (1f - s), slope, s);
    }

    private static float SiluBackward(float x, float gradient)
    {
        var s = Sigmoid(x);
        return gradient * Fma(x * s, 1f - s, s);
    }

    private static void Round(ushort* output, float* values, long n, int block)
    {
        var (first, count) = Chunk(block, n);
        for (var i = first; i < first + count; i++)
            output[i] = Bfloat16.Of(values[i]);
    }

    private static void Reduce(float* values, float* parts, long n, int block)
    {
        var (first, count) = Chunk(block, n);
        parts[block] = ManagedTeam.Sum(ManagedTeam.ChunkThreads, count, i => values[first + i]);
    }

    private static void Dot(float* left, float* right, float* parts, long n, int block)
    {
        var (first, count) = Chunk(block, n);
        parts[block] = ManagedTeam.Sum(ManagedTeam.ChunkThreads, count, i => left[first + i] * right[first + i]);
    }

    private static float Largest(float* values, long n, int block)
    {
        var (first, count) = Chunk(block, n);
        return ManagedTeam.Largest(ManagedTeam.ChunkThreads, count, i => values[first + i]);
    }

    private static void PlaceOfLargest(float* values, int* places, float* parts, int* partPlaces, long n, int block)
    {
        var (first, count) = Chunk(block, n);
        var most = Largest(values, n, block);
        var at = 0;
        while (at < count && values[first + at] != most)
            at++;
        at = at < count ? at : 0;
        parts[block] = most;
        partPlaces[block] = places is not null ? places[first + at] : (int)first + at;
    }
}
