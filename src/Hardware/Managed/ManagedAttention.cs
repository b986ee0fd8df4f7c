namespace ControlPlane.Hardware.Managed;

internal static unsafe class ManagedAttention
{
    private const int RowThreads = 128;

    public static void Softmax(float* input, float* output, int columns, int block)
    {
        var row = new Span<float>(input + (long)block * columns, columns);
        var result = new Span<float>(output + (long)block * columns, columns);
        var sum = Weigh(row, result);
        for (var i = 0; i < columns; i++)
            result[i] /= sum;
    }

    public static void Decode(
        float* query, float* keys, float* values, float* scores, float* output, int tokens, int dim, float scale, int head)
    {
        var q = query + (long)head * dim;
        var k = keys + (long)head * dim * tokens;
        var v = values + (long)head * dim * tokens;
        var score = new Span<float>(scores + (long)head * tokens, tokens);
        var result = new Span<float>(output + (long)head * dim, dim);
        score.Clear();
        for (var d = 0; d < dim; d++)
        {
            for (var token = 0; token < tokens; token++)
                score[token] = MathF.FusedMultiplyAdd(q[d], k[(long)d * tokens + token], score[token]);
        }
        for (var token = 0; token < tokens; token++)
            score[token] *= scale;
        var sum = Weigh(score, score);
        result.Clear();
        for (var token = 0; token < tokens; token++)
        {
            for (var d = 0; d < dim; d++)
                result[d] = MathF.FusedMultiplyAdd(score[token], v[(long)token * dim + d], result[d]);
        }
        for (var d = 0; d < dim; d++)
            result[d] /= sum;
    }

    private static float Weigh(Span<float> input, Span<float> output)
    {
        var largest = -3.0e38f;
        foreach (var value in input)
            largest = value > largest ? value : largest;
        Span<float> sums = stackalloc float[RowThreads];
        sums.Clear();
        for (var i = 0; i < input.Length; i++)
        {
            output[i] = Exponential(input[i] - largest);
            sums[i % RowThreads] += output[i];
        }
        return JoinedThreads.Sum(sums);
    }

    private static float Exponential(float x)
    {
        x = x < -87f ? -87f : x;
        x = x > 88f ? 88f : x;
        const float rounding = 12582912f;
        var shifted = MathF.FusedMultiplyAdd(x, 1.44269504f, rounding);
        var whole = shifted - rounding;
        var rest = MathF.FusedMultiplyAdd(whole, -0.693359375f, x);
        rest = MathF.FusedMultiplyAdd(whole, 2.12194440e-4f, rest);
        var sum = 1.98412698e-4f;
        sum = MathF.FusedMultiplyAdd(sum, rest, 1.38888889e-3f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 8.33333333e-3f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 4.16666667e-2f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1.66666667e-1f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 0.5f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f);
        return sum * BitConverter.Int32BitsToSingle(((int)whole + 127) << 23);
    }
}
