namespace ControlPlane.Hardware.Kernels;

/// <summary>The gradients of one head of the cache and of the queries that share it, in double precision.</summary>
internal sealed class AttentionGradient
{
    private readonly int _tokens;
    private readonly int _dim;
    private readonly int _group;
    private readonly long _cache;
    private readonly double _scale;
    private readonly double[] _keys;
    private readonly double[] _values;
    private readonly double[] _queries;
    private readonly double[] _slopes;
    private readonly (double Value, double Magnitude)[] _ofQueries;
    private readonly (double Value, double Magnitude)[] _ofKeys;
    private readonly (double Value, double Magnitude)[] _ofValues;

    public AttentionGradient(KernelSizes sizes, KernelInputs inputs, long cache, double scale)
    {
        (_tokens, _dim, _group, _cache, _scale) = (sizes.Int("tokens"), sizes.Int("dim"), sizes.Int("group"), cache, scale);
        var each = _tokens * _dim;
        (_keys, _values) = (inputs.Row(1, cache, each), inputs.Row(2, cache, each));
        (_queries, _slopes) = (inputs.Row(0, cache, each * _group), inputs.Row(3, cache, each * _group));
        (_ofQueries, _ofKeys, _ofValues) = (new (double, double)[each * _group], new (double, double)[each], new (double, double)[each]);
        for (var row = 0; row < _group * _tokens; row++)
            Add(row);
    }

    public void Judge(ErrorGauge gauge, IReadOnlyList<KernelOutput> outputs)
    {
        Judge(gauge, outputs[0], _ofQueries);
        Judge(gauge, outputs[1], _ofKeys);
        Judge(gauge, outputs[2], _ofValues);
    }

    private void Judge(ErrorGauge gauge, KernelOutput output, (double Value, double Magnitude)[] expected)
    {
        var first = _cache * expected.Length;
        var actual = output.Floats(first, expected.Length);
        for (var i = 0; i < actual.Length; i++)
            gauge.Compare(first + i, actual[i], expected[i].Value, expected[i].Magnitude);
    }

    // What one query adds to all three.
    private void Add(int row)
    {
        var seen = row % _tokens + 1;
        double[] scores = new double[seen], slopes = new double[seen], sizes = new double[seen];
        for (var token = 0; token < seen; token++)
        {
            for (var d = 0; d < _dim; d++)
            {
                scores[token] += _scale * _queries[row * _dim + d] * _keys[d * _tokens + token];
                var term = _slopes[row * _dim + d] * _values[token * _dim + d];
                slopes[token] += term;
                sizes[token] += Math.Abs(term);
            }
        }
        var weights = Reference.Softmax(scores);
        double common = weights.Zip(slopes, (weight, slope) => weight * slope).Sum(), commonSize = weights.Zip(sizes, (weight, size) => weight * size).Sum();
        for (var token = 0; token < seen; token++)
        {
            double slope = weights[token] * (slopes[token] - common) * _scale, size = weights[token] * (sizes[token] + commonSize) * _scale;
            for (var d = 0; d < _dim; d++)
            {
                Add(ref _ofQueries[row * _dim + d], slope, size, _keys[d * _tokens + token]);
                Add(ref _ofKeys[d * _tokens + token], slope, size, _queries[row * _dim + d]);
                Add(ref _ofValues[token * _dim + d], weights[token], weights[token], _slopes[row * _dim + d]);
            }
        }
    }

    private static void Add(ref (double Value, double Magnitude) sum, double factor, double size, double value) =>
        sum = (sum.Value + factor * value, sum.Magnitude + size * Math.Abs(value));
}
