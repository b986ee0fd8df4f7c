using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>
/// One step of Adam with decoupled weight decay: Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
/// arXiv:1711.05101, algorithm 2, with a schedule of 1.
/// </summary>
internal sealed class AdamwProgram : KernelProgram
{
    private const float Rate = 1e-3f;
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;
    private const float Decay = 0.01f;

    private static readonly KernelNumber RateNumber = new("rate", 0, 1e3, Rate, "the learning rate");
    private static readonly KernelNumber Beta1Number = new("beta1", 0, 0.999999, Beta1, "the decay of the first moments");
    private static readonly KernelNumber Beta2Number = new("beta2", 0, 0.999999, Beta2, "the decay of the second moments");
    private static readonly KernelNumber EpsilonNumber = new("epsilon", 1e-30, 1, Epsilon, "what keeps the divisor from zero");
    private static readonly KernelNumber DecayNumber = new("decay", 0, 1e3, Decay, "the decay of the parameters");

    public override KernelDescription Description { get; } = new(
        "adamw",
        "One AdamW step (decoupled weight decay, bias corrected) on parameters and both moments: 28 bytes an element.",
        [
            new("n", 1, 1L << 28, 1L << 22, "the number of parameters"),
            new("step", 1, 1_000_000, 10, "the number of the step, which the bias corrections depend on"),
        ],
        "GB/s");

    public override IReadOnlyList<KernelNumber> Numbers => [RateNumber, Beta1Number, Beta2Number, EpsilonNumber, DecayNumber];

    // Second moments are means of squares, so they are not negative.
    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        KernelBuffer.Floats(sizes["n"], BufferRole.Updated), KernelBuffer.Floats(sizes["n"], BufferRole.Updated),
        KernelBuffer.Floats(sizes["n"], BufferRole.Updated) with { NonNegative = true }, KernelBuffer.Floats(sizes["n"], BufferRole.Input),
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
    [
        new("factory_adamw", Chunks(sizes["n"]), 1, ChunkThreads,
        [
            .. buffers.Select(KernelArgument.Of), .. Numbers.Select(number => KernelArgument.Of(sizes.Scalar(number))),
            KernelArgument.Of((float)Correction(sizes.Scalar(Beta1Number), sizes)),
            KernelArgument.Of((float)Correction(sizes.Scalar(Beta2Number), sizes)), KernelArgument.Of(sizes["n"]),
        ]),
    ];

    public override double Work(KernelSizes sizes) => 28.0 * sizes["n"];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(2e-6);
        for (var output = 0; output < outputs.Count; output++)
        {
            outputs[output].Scan((first, piece) =>
            {
                for (var i = 0; i < piece.Length; i++)
                {
                    var (expected, magnitude) = Step(sizes, inputs, first + i)[output];
                    gauge.Compare(first + i, piece[i], expected, magnitude);
                }
            });
        }
        return gauge.Verdict;
    }

    private static (double Value, double Magnitude)[] Step(KernelSizes sizes, KernelInputs inputs, long i)
    {
        double parameter = inputs[0, i], first = Beta1 * inputs[1, i], second = Beta2 * inputs[2, i], gradient = inputs[3, i];
        double freshFirst = (1 - Beta1) * gradient, freshSecond = (1 - Beta2) * gradient * gradient;
        var root = Math.Sqrt((second + freshSecond) / Correction(Beta2, sizes)) + Epsilon;
        var step = (first + freshFirst) / Correction(Beta1, sizes) / root;
        var stepSize = (Math.Abs(first) + Math.Abs(freshFirst)) / Correction(Beta1, sizes) / root;
        return
        [
            (parameter - Rate * (step + Decay * parameter), Math.Abs(parameter) + Rate * (stepSize + Decay * Math.Abs(parameter))),
            (first + freshFirst, Math.Abs(first) + Math.Abs(freshFirst)),
            (second + freshSecond, second + freshSecond),
        ];
    }

    private static double Correction(double beta, KernelSizes sizes) => 1 - Math.Pow(beta, sizes["step"]);
}
