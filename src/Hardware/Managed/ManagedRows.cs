using static ControlPlane.Hardware.Managed.ManagedMath;

namespace ControlPlane.Hardware.Managed;

// kernels/rows.h.
internal static unsafe class ManagedRows
{
    private const int ColumnBlock = 128;
    private const int RowStretch = 256;

    public static Dictionary<string, ManagedBlock> Blocks { get; } = new()
    {
        ["factory_softmax"] = (a, x, _) => Softmax(a.Floats(0), a.Floats(1), a.Int(2), x),
        ["factory_softmax_backward"] = (a, x, _) => SoftmaxBackward(a.Floats(0), a.Floats(1), a.Floats(2), a.Int(3), x),
        ["factory_cross_entropy"] = (a, x, _) => CrossEntropy(a.Floats(0), a.Ints(1), a.Floats(2), a.Int(3), x),
        ["factory_cross_entropy_backward"] = (a, x, _) => CrossEntropyBackward(a.Floats(0), a.Ints(1), a.Floats(2), a.Int(3), a.Float(4), x),
        ["factory_layer_norm"] = (a, x, _) => LayerNorm(a, x),
        ["factory_rms_norm"] = (a, x, _) => RmsNorm(a, x),
        ["factory_layer_norm_backward"] = (a, x, _) => NormBackward(a, x, centred: true),
        ["factory_rms_norm_backward"] = (a, x, _) => NormBackward(a, x, centred: false),
        ["factory_norm_gradient_parts"] = NormGradientParts,
        ["factory_column_sums"] = (a, x, _) => ColumnSums(a.Floats(0), a.Floats(1), a.Int(2), a.Int(3), x),
    };

    /// <summary>Writes each value's weight <c>e^(value - largest)</c> and returns the weights' sum.</summary>
    public static float Weigh(float* input, float* output, int count)
    {
        var largest = Largest(input, count);
        return Sum(count, i => output[i] = Exponential(input[i] - largest));
    }

    private static float Sum(int count, Func<int, float> term) => ManagedTeam.Sum(ManagedTeam.RowThreads, count, term);

    private static float Largest(float* row, int count) => ManagedTeam.Largest(ManagedTeam.RowThreads, count, i => row[i]);

    private static void Softmax(float* input, float* output, int columns, int block)
    {
        var result = output + (long)block * columns;
        var sum = Weigh(input + (long)block * columns, result, columns);
        for (var i = 0; i < columns; i++)
            result[i] /= sum;
    }

    private static void SoftmaxBackward(float* softmaxes, float* gradient, float* result, int columns, int block)
    {
        var first = (long)block * columns;
        var sum = Sum(columns, i => softmaxes[first + i] * gradient[first + i]);
        for (var i = first; i < first + columns; i++)
            result[i] = softmaxes[i] * (gradient[i] - sum);
    }

    private static void CrossEntropy(float* logits, int* targets, float* losses, int columns, int block)
    {
        var own = logits + (long)block * columns;
        var most = Largest(own, columns);
        var sum = Sum(columns, i => Exponential(own[i] - most));
        var target = targets[block];
        losses[block] = target >= 0 && target < columns ? Logarithm(sum) + (most - own[target]) : 0f;
    }

    private static void CrossEntropyBackward(float* logits, int* targets, float* result, int columns, float scale, int block)
    {
        var target = targets[block];
        var share = target >= 0 && target < columns ? scale : 0f;
        var output = result + (long)block * columns;
        var sum = Weigh(logits + (long)block * columns, output, columns);
        for (var i = 0; i < columns; i++)
            output[i] = (output[i] / sum - (i == target ? 1f : 0f)) * share;
    }

    private static (float Mean, float Scale) Moments(float* row, int columns, float epsilon, bool centred)
    {
        float count = columns;
        var mean = centred ? Sum(columns, i => row[i]) / count : 0f;
        var square = Sum(columns, i => (row[i] - mean) * (row[i] - mean)) / count;
        return (mean, 1f / MathF.Sqrt(square + epsilon));
    }

    private static void LayerNorm(KernelSlots a, int block)
    {
        var columns = a.Int(4);
        float* row = a.Floats(0) + (long)block * columns, gain = a.Floats(1), bias = a.Floats(2), result = a.Floats(3) + (long)block * columns;
        var (mean, scale) = Moments(row, columns, a.Float(5), centred: true);
        for (var i = 0; i < columns; i++)
            result[i] = Fma((row[i] - mean) * scale, gain[i], bias[i]);
    }

    private static void RmsNorm(KernelSlots a, int block)
    {
        var columns = a.Int(3);
        float* row = a.Floats(0) + (long)block * columns, gain = a.Floats(1), result = a.Floats(2) + (long)block * columns;
        var (_, scale) = Moments(row, columns, a.Float(4), centred: false);
        for (var i = 0; i < columns; i++)
            result[i] = row[i] * scale * gain[i];
    }

    private static void NormBackward(KernelSlots a, int block, bool centred)
    {
        var columns = a.Int(5);
        var first = (long)block * columns;
        float* input = a.Floats(0) + first, gain = a.Floats(1), gradient = a.Floats(2) + first, result = a.Floats(3) + first;
        var (mean, scale) = Moments(input, columns, a.Float(6), centred);
        float count = columns;
        var average = centred ? Sum(columns, i => gradient[i] * gain[i]) / count : 0f;
        var along = Sum(columns, i => gradient[i] * gain[i] * ((input[i] - mean) * scale)) / count;
        for (var i = 0; i < columns; i++)
            result[i] = Fma(-((input[i] - mean) * scale), along, gradient[i] * gain[i] - average) * scale;
        (a.Floats(4)[2 * block], a.Floats(4)[2 * block + 1]) = (mean, scale);
    }

    private static void NormGradientParts(KernelSlots a, int x, int y)
    {
        float* input = a.Floats(0), gradient = a.Floats(1), moments = a.Floats(2);
        int rows = a.Int(5), columns = a.Int(6);
        for (var column = x * ColumnBlock; column < Math.Min(columns, (x + 1) * ColumnBlock); column++)
        {
            float gain = 0f, bias = 0f;
            for (long row = (long)y * RowStretch; row < Math.Min(rows, (y + 1L) * RowStretch); row++)
            {
                var at = row * columns + column;
                gain = Fma(gradient[at], (input[at] - moments[2 * row]) * moments[2 * row + 1], gain);
                bias += gradient[at];
            }
            a.Floats(3)[(long)y * columns + column] = gain;
            a.Floats(4)[(long)y * columns + column] = bias;
        }
    }

    private static void ColumnSums(float* values, float* sums, int rows, int columns, int block)
    {
        for (var column = block * ColumnBlock; column < Math.Min(columns, (block + 1) * ColumnBlock); column++)
        {
            var sum = 0f;
            for (var row = 0; row < rows; row++)
                sum += values[(long)row * columns + column];
            sums[column] = sum;
        }
    }
}
