namespace ControlPlane.Hardware.Managed;

/// <summary>The functions of kernels/arithmetic.h, rounded alike.</summary>
internal static class ManagedMath
{
    public const float Lowest = -3.0e38f;

    public static float Larger(float left, float right) => right > left ? right : left;

    public static float Fma(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    public static float Sigmoid(float x) => 1f / (1f + Exponential(-x));

    public static float Exponential(float x)
    {
        x = x < -87f ? -87f : x;
        x = x > 88f ? 88f : x;
        const float rounding = 12582912f;
        var shifted = Fma(x, 1.44269504f, rounding);
        var whole = shifted - rounding;
        var rest = Fma(whole, -0.693359375f, x);
        rest = Fma(whole, 2.12194440e-4f, rest);
        var sum = 1.98412698e-4f;
        sum = Fma(sum, rest, 1.38888889e-3f);
        sum = Fma(sum, rest, 8.33333333e-3f);
        sum = Fma(sum, rest, 4.16666667e-2f);
        sum = Fma(sum, rest, 1.66666667e-1f);
        sum = Fma(sum, rest, 0.5f);
        sum = Fma(sum, rest, 1f);
        sum = Fma(sum, rest, 1f);
        return sum * BitConverter.Int32BitsToSingle(((int)whole + 127) << 23);
    }

    public static float Logarithm(float x)
    {
        const int offset = 0x3f3504f3;
        var bits = BitConverter.SingleToInt32Bits(x) - offset;
        float exponent = bits >> 23;
        var f = BitConverter.Int32BitsToSingle((bits & 0x7fffff) + offset) - 1f;
        var square = f * f;
        var sum = 7.0376836292e-2f;
        sum = Fma(sum, f, -1.1514610310e-1f);
        sum = Fma(sum, f, 1.1676998740e-1f);
        sum = Fma(sum, f, -1.2420140846e-1f);
        sum = Fma(sum, f, 1.4249322787e-1f);
        sum = Fma(sum, f, -1.6668057665e-1f);
        sum = Fma(sum, f, 2.0000714765e-1f);
        sum = Fma(sum, f, -2.4999993993e-1f);
        sum = Fma(sum, f, 3.3333331174e-1f);
        sum = sum * f * square;
        sum = Fma(exponent, -2.12194440e-4f, sum);
        sum = Fma(square, -0.5f, sum);
        return Fma(exponent, 0.693359375f, f + sum);
    }
}

/// <summary>What a block's threads agree on by shuffles and shared memory, in the same order.</summary>
internal static class ManagedTeam
{
    public const int RowThreads = 128;
    public const int ChunkThreads = 256;

    private const int Warp = 32;

    public static float Sum(int threads, int count, Func<int, float> term) => Join(threads, count, 0f, term, (left, right) => left + right);

    public static float Largest(int threads, int count, Func<int, float> term) => Join(threads, count, ManagedMath.Lowest, term, ManagedMath.Larger);

    private static float Join(int threads, int count, float start, Func<int, float> term, Func<float, float, float> join)
    {
        Span<float> values = stackalloc float[threads];
        values.Fill(start);
        for (var i = 0; i < count; i++)
            values[i % threads] = join(values[i % threads], term(i));
        var total = 0f;
        for (var warp = 0; warp < threads; warp += Warp)
        {
            for (var offset = Warp / 2; offset > 0; offset /= 2)
            {
                for (var lane = 0; lane < offset; lane++)
                    values[warp + lane] = join(values[warp + lane], values[warp + lane + offset]);
            }
            total = warp == 0 ? values[0] : join(total, values[warp]);
        }
        return total;
    }
}
