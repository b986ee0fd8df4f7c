namespace ControlPlane.Hardware.Kernels;

/// <summary>The kernels' formulas in double precision, written plainly: what results are judged by.</summary>
internal static class Reference
{
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>The tanh form: <c>x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))</c>.</summary>
    public static double Gelu(double x) => x / 2 * (1 + Math.Tanh(GeluArgument(x)));

    public static double Silu(double x) => x * Sigmoid(x);

    /// <summary>The derivative's two terms.</summary>
    public static (double Even, double Odd) GeluSlope(double x)
    {
        var tanh = Math.Tanh(GeluArgument(x));
        return ((1 + tanh) / 2, x / 2 * (1 - tanh * tanh) * Math.Sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x));
    }

    /// <summary>The derivative's two terms.</summary>
    public static (double Even, double Odd) SiluSlope(double x) => (Sigmoid(x), x * Sigmoid(x) * Sigmoid(-x));

    public static double[] Softmax(double[] row)
    {
        var largest = row.Max();
        var weights = row.Select(value => Math.Exp(value - largest)).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    public static double CrossEntropy(double[] logits, int target)
    {
        var largest = logits.Max();
        return largest + Math.Log(logits.Sum(value => Math.Exp(value - largest))) - logits[target];
    }

    /// <summary>The mean (zero unless <paramref name="centred"/>) and one over the root of the mean square distance from it.</summary>
    public static (double Mean, double Scale) Moments(double[] row, bool centred, double epsilon)
    {
        var mean = centred ? row.Average() : 0;
        return (mean, 1 / Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + epsilon));
    }

    public static double[] Norm(double[] row, double[] gain, double[]? bias, double epsilon)
    {
        var (mean, scale) = Moments(row, bias is not null, epsilon);
        return [.. row.Select((value, i) => (value - mean) * scale * gain[i] + (bias?[i] ?? 0))];
    }

    /// <summary>Attention of one query over the first <paramref name="tokens"/> tokens, and each result's sum of magnitudes.</summary>
    public static (double[] Values, double[] Magnitudes) Attention(
        Func<int, double> query, Func<int, int, double> key, Func<int, int, double> value, int tokens, int dim, double scale)
    {
        var scores = new double[tokens];
        for (var token = 0; token < tokens; token++)
        {
            for (var d = 0; d < dim; d++)
                scores[token] += query(d) * key(token, d);
            scores[token] *= scale;
        }
        var weights = Softmax(scores);
        double[] sums = new double[dim], magnitudes = new double[dim];
        for (var token = 0; token < tokens; token++)
        {
            for (var d = 0; d < dim; d++)
            {
                var term = weights[token] * value(token, d);
                sums[d] += term;
                magnitudes[d] += Math.Abs(term);
            }
        }
        return (sums, magnitudes);
    }

    private static double GeluArgument(double x) => Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
}
