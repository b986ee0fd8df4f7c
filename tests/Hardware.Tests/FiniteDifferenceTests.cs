using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Tests;

/// <summary>
/// Every backward against the slope of its forward: the loss is the sum of what the forward gives, weighed by the
/// gradient that the backward was given, and each input is moved a little to both sides.
/// </summary>
[Collection("devices")]
public sealed class FiniteDifferenceTests
{
    // In double precision the error of a central difference is near 1e-9 with this step, far below a float's own.
    private const double Step = 1e-5;

    private static readonly (string Kernel, string Sizes, Func<KernelOutputs, Slope[]> Slopes)[] Cases =
    [
        ("gelu-backward", "n=40", run => [Curve(run, Reference.Gelu)]),
        ("silu-backward", "n=40", run => [Curve(run, Reference.Silu)]),
        ("softmax-backward", "rows=3,cols=7", run => [new(Input(run, 0), x => Weighed(run, 1, x, row => Reference.Softmax(row)))]),
        ("cross-entropy-backward", "rows=3,cols=7", run => [new(Input(run, 0), x => MeanLoss(run, x))]),
        ("layer-norm-backward", "rows=5,cols=7", run => Norm(run, centred: true)),
        ("rms-norm-backward", "rows=5,cols=7", run => Norm(run, centred: false)),
        ("prefill-attention-backward", "heads=4,tokens=5,dim=3,group=2", Attention),
        ("embedding-backward", "tokens=9,vocabulary=4,dim=3", run => [new(new double[12], table => LookedUp(run, table))]),
    ];

    public static TheoryData<string, string> Rows()
    {
        var rows = new TheoryData<string, string>();
        foreach (var (kernel, _, _) in Cases)
        {
            foreach (var device in TestDevices.All)
                rows.Add(kernel, device);
        }
        return rows;
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public async Task A_backward_is_the_slope_of_its_forward(string kernel, string device)
    {
        var (_, sizes, slopes) = Cases.Single(found => found.Kernel == kernel);
        var run = await KernelOutputs.Of(device, kernel, sizes);
        var expected = slopes(run);
        Assert.Equal(expected.Length, run.Results.Length);
        for (var output = 0; output < expected.Length; output++)
        {
            var slope = expected[output].Measure();
            var scale = slope.Max(Math.Abs);
            Assert.True(scale > 1e-3, "a gradient of nothing but zeros proves nothing");
            Assert.Equal(slope.Length, run.Results[output].Length);
            Assert.All(slope.Zip(run.Results[output]), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 1e-5 * scale, $"output {output}: {pair.Second} is no slope of {pair.First}"));
        }
    }

    [Fact]
    public void Every_backward_has_a_case() =>
        Assert.Equal(KernelCatalogue.Kernels.Select(kernel => kernel.Name).Where(name => name.EndsWith("-backward", StringComparison.Ordinal)).Order(), Cases.Select(found => found.Kernel).Order());

    private sealed record Slope(double[] At, Func<double[], double> Loss)
    {
        public double[] Measure() => [.. Enumerable.Range(0, At.Length).Select(i => (Moved(i, Step) - Moved(i, -Step)) / (2 * Step))];

        private double Moved(int i, double by)
        {
            var there = (double[])At.Clone();
            there[i] += by;
            return Loss(there);
        }
    }

    private static double[] Input(KernelOutputs run, int buffer) => run.Inputs.Row(buffer, 0, Elements(run));

    private static int Elements(KernelOutputs run) => run.Results[0].Length;

    private static Slope Curve(KernelOutputs run, Func<double, double> curve) =>
        new(Input(run, 1), x => x.Zip(Input(run, 2), (value, gradient) => gradient * curve(value)).Sum());

    private static double Weighed(KernelOutputs run, int gradient, double[] x, Func<double[], double[]> forward)
    {
        var columns = run.Sizes.Int("cols");
        return x.Chunk(columns).SelectMany(forward).Zip(Input(run, gradient), (value, slope) => value * slope).Sum();
    }

    private static double MeanLoss(KernelOutputs run, double[] logits) =>
        logits.Chunk(run.Sizes.Int("cols")).Select((row, i) => Reference.CrossEntropy(row, run.Inputs.Token(1, i))).Average();

    private static Slope[] Norm(KernelOutputs run, bool centred)
    {
        var columns = run.Sizes.Int("cols");
        double[] input = Input(run, 0), gain = run.Inputs.Row(1, 0, columns), bias = new double[columns];
        Func<double[], double> Loss(Func<double[], double[]> forward) => x => Weighed(run, 2, x, forward);
        return
        [
            new(input, Loss(row => Reference.Norm(row, gain, centred ? bias : null, RowNormProgram.Epsilon))),
            new(gain, moved => Loss(row => Reference.Norm(row, moved, centred ? bias : null, RowNormProgram.Epsilon))(input)),
            .. centred ? [new Slope(bias, moved => Loss(row => Reference.Norm(row, gain, moved, RowNormProgram.Epsilon))(input))] : Array.Empty<Slope>(),
        ];
    }

    private static Slope[] Attention(KernelOutputs run)
    {
        double[] queries = run.Inputs.Row(0, 0, 60), keys = run.Inputs.Row(1, 0, 30), values = run.Inputs.Row(2, 0, 30);
        return
        [
            new(queries, moved => AttentionLoss(run, moved, keys, values)), new(keys, moved => AttentionLoss(run, queries, moved, values)),
            new(values, moved => AttentionLoss(run, queries, keys, moved)),
        ];
    }

    private static double AttentionLoss(KernelOutputs run, double[] queries, double[] keys, double[] values)
    {
        int tokens = run.Sizes.Int("tokens"), dim = run.Sizes.Int("dim"), group = run.Sizes.Int("group");
        double loss = 0;
        for (var row = 0; row < queries.Length / dim; row++)
        {
            int at = row * dim, cache = row / tokens / group * tokens * dim;
            var (result, _) = Reference.Attention(
                d => queries[at + d], (token, d) => keys[cache + d * tokens + token], (token, d) => values[cache + token * dim + d],
                row % tokens + 1, dim, 1 / Math.Sqrt(dim));
            loss += result.Select((value, d) => value * run.Inputs[3, at + d]).Sum();
        }
        return loss;
    }

    private static double LookedUp(KernelOutputs run, double[] table)
    {
        var dim = run.Sizes.Int("dim");
        return Enumerable.Range(0, run.Sizes.Int("tokens"))
            .Sum(token => Enumerable.Range(0, dim).Sum(d => run.Inputs[0, token * dim + d] * table[run.Inputs.Token(1, token) * dim + d]));
    }
}
