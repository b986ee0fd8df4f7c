namespace ControlPlane.Hardware.Kernels;

internal static class ElementwisePrograms
{
    // Not a power of two, so that a device which forgets the product is seen.
    private const float Scale = 0.7f;

    // Half a unit in the last place for each rounding, and some for the exponential.
    private const double OneRounding = 6e-8;
    private const double TwoRoundings = 1.2e-7;
    private const double Activation = 2e-5;

    // What is left of an activation far out is less than the reference itself can tell from zero.
    private const double Negligible = 1e-6;

    // Wide enough that activations are flat at both ends.
    private const float ActivationRange = 8;

    public static IReadOnlyList<KernelProgram> All { get; } =
    [
        new ElementwiseProgram("copy", "a = b over long vectors (STREAM's first loop): 8 bytes an element.", 1, 0, v => Sum(v[0])),
        new ElementwiseProgram("scale", "a = 0.7 b over long vectors (STREAM's second loop): 8 bytes an element.", 1, OneRounding, v => Sum(Scale * v[0])) { Scalar = Scale },
        new ElementwiseProgram("add", "a = b + c over long vectors (STREAM's third loop): 12 bytes an element.", 2, OneRounding, v => Sum(v[0], v[1])),
        new ElementwiseProgram("triad", "a = b + 0.7 c over long vectors (STREAM's fourth loop): the rate a device moves memory at, 12 bytes an element.", 2, TwoRoundings, v => Sum(v[0], Scale * v[1])) { Scalar = Scale },
        new ElementwiseProgram("multiply", "a = b c, element by element: 12 bytes an element.", 2, OneRounding, v => Sum(v[0] * v[1])),
        new ElementwiseProgram("axpy", "y = y + 0.7 x in place: 12 bytes an element.", 2, TwoRoundings, v => Sum(v[0], Scale * v[1])) { Scalar = Scale, InPlace = true },
        new ElementwiseProgram("gelu", "GELU in its tanh form: 8 bytes an element.", 1, Activation, v => Curve(v[0], Reference.Gelu(v[0]))) { InputScale = ActivationRange },
        new ElementwiseProgram("gelu-backward", "The gradient through GELU, from its input and the gradient of its output: 12 bytes an element.", 2, Activation, v => Slope(v, Reference.GeluSlope(v[0]))) { InputScale = ActivationRange },
        new ElementwiseProgram("silu", "SiLU, x times its sigmoid: 8 bytes an element.", 1, Activation, v => Curve(v[0], Reference.Silu(v[0]))) { InputScale = ActivationRange },
        new ElementwiseProgram("silu-backward", "The gradient through SiLU, from its input and the gradient of its output: 12 bytes an element.", 2, Activation, v => Slope(v, Reference.SiluSlope(v[0]))) { InputScale = ActivationRange },
    ];

    private static (double, double) Sum(double term) => (term, Math.Abs(term));

    private static (double, double) Sum(double left, double right) => (left + right, Math.Abs(left) + Math.Abs(right));

    private static (double, double) Curve(double x, double value) => (value, Math.Abs(value) + Negligible * Math.Abs(x));

    private static (double, double) Slope(ReadOnlySpan<double> values, (double Even, double Odd) slope) =>
        (values[1] * (slope.Even + slope.Odd), Math.Abs(values[1]) * (Math.Abs(slope.Even) + Math.Abs(slope.Odd) + Negligible));
}
