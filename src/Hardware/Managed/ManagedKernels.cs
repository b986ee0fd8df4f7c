using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Managed;

// One block of each kernel of native/kernels.cu. Keep the order of every rounding: results are compared to the bit.
internal static unsafe class ManagedKernels
{
    private const int Tile = 64;
    private const int ChunkElements = 16384;
    private const int ReductionThreads = 256;

    public static void RunBlock(KernelLaunch launch, int x, int y)
    {
        var arguments = launch.Arguments;
        switch (launch.Kernel)
        {
            case "factory_sgemm":
                Sgemm(Floats(arguments[0]), Floats(arguments[1]), Floats(arguments[2]), (int)arguments[3], (int)arguments[4], (int)arguments[5], x, y);
                break;
            case "factory_triad":
                Triad(Floats(arguments[0]), Floats(arguments[1]), Floats(arguments[2]), BitConverter.UInt32BitsToSingle((uint)arguments[3]), (long)arguments[4], x);
                break;
            case "factory_reduction":
                Reduction(Floats(arguments[0]), Floats(arguments[1]), (long)arguments[2], x);
                break;
            case "factory_softmax":
                ManagedAttention.Softmax(Floats(arguments[0]), Floats(arguments[1]), (int)arguments[2], x);
                break;
            case "factory_decode_attention":
                ManagedAttention.Decode(
                    Floats(arguments[0]), Floats(arguments[1]), Floats(arguments[2]), Floats(arguments[3]), Floats(arguments[4]),
                    (int)arguments[5], (int)arguments[6], BitConverter.UInt32BitsToSingle((uint)arguments[7]), x);
                break;
            case "factory_pattern_write":
                ManagedPatterns.Write((uint*)arguments[0], (long)arguments[1], (int)arguments[2], (uint)arguments[3], x);
                break;
            case "factory_pattern_check":
                ManagedPatterns.Check((uint*)arguments[0], (long)arguments[1], (int)arguments[2], (uint)arguments[3], (uint*)arguments[4], x);
                break;
            default:
                throw new DeviceFaultException(DeviceFaultException.NoKernel, "FACTORY_NO_KERNEL", $"no kernel is called {launch.Kernel}");
        }
    }

    public static (long First, long End) Chunk(int block, long n)
    {
        var first = (long)block * ChunkElements;
        return (first, Math.Min(first + ChunkElements, n));
    }

    private static float* Floats(ulong address) => (float*)address;

    private static void Sgemm(float* a, float* b, float* c, int m, int n, int k, int x, int y)
    {
        int firstColumn = x * Tile, columns = Math.Min(Tile, n - firstColumn);
        Span<float> sums = stackalloc float[Tile];
        for (var row = y * Tile; row < Math.Min(m, (y + 1) * Tile); row++)
        {
            sums.Clear();
            for (var step = 0; step < k; step++)
            {
                var factor = a[(long)row * k + step];
                var source = b + (long)step * n + firstColumn;
                for (var j = 0; j < columns; j++)
                    sums[j] = MathF.FusedMultiplyAdd(factor, source[j], sums[j]);
            }
            sums[..columns].CopyTo(new Span<float>(c + (long)row * n + firstColumn, columns));
        }
    }

    private static void Triad(float* a, float* b, float* c, float scale, long n, int block)
    {
        var (first, end) = Chunk(block, n);
        for (var i = first; i < end; i++)
            a[i] = MathF.FusedMultiplyAdd(scale, c[i], b[i]);
    }

    private static void Reduction(float* values, float* parts, long n, int block)
    {
        var (first, end) = Chunk(block, n);
        Span<float> sums = stackalloc float[ReductionThreads];
        sums.Clear();
        for (var i = first; i < end; i++)
            sums[(int)(i - first) % ReductionThreads] += values[i];
        parts[block] = JoinedThreads.Sum(sums);
    }
}

/// <summary>What a block's threads agree on by shuffles and shared memory, in the same order.</summary>
internal static class JoinedThreads
{
    private const int Warp = 32;

    public static float Sum(Span<float> values)
    {
        var total = 0f;
        for (var warp = 0; warp < values.Length; warp += Warp)
        {
            for (var offset = Warp / 2; offset > 0; offset /= 2)
            {
                for (var lane = 0; lane < offset; lane++)
                    values[warp + lane] += values[warp + lane + offset];
            }
            total = warp == 0 ? values[0] : total + values[warp];
        }
        return total;
    }
}
