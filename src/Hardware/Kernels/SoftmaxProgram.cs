using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

internal sealed class SoftmaxProgram : KernelProgram
{
    private const long MaximumElements = 1L << 28;

    public override KernelDescription Description { get; } = new(
        "softmax",
        "Softmax of each row of a matrix.",
        [
            new("rows", 1, 1L << 20, 1024, "the number of rows"),
            new("cols", 1, 1L << 17, 1024, "the number of columns"),
        ],
        "GB/s");

    public override IEnumerable<KernelFlaw> Flaws(KernelSizes sizes)
    {
        var elements = sizes["rows"] * sizes["cols"];
        return elements > MaximumElements ? [TooLarge("rows", "rows x cols", elements, MaximumElements)] : [];
    }

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        new(4 * sizes["rows"] * sizes["cols"], BufferRole.Input),
        new(4 * sizes["rows"] * sizes["cols"], BufferRole.Output),
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
    [
        new("factory_softmax", sizes.Int("rows"), 1, RowThreads,
            [KernelArgument.Of(buffers[0]), KernelArgument.Of(buffers[1]), KernelArgument.Of(sizes.Int("cols"))]),
    ];

    public override double Work(KernelSizes sizes) => 8.0 * sizes["rows"] * sizes["cols"];

    public override KernelVerdict Verify(KernelSizes sizes, ulong seed, KernelOutput output)
    {
        var columns = sizes.Int("cols");
        var gauge = new ErrorGauge(1e-5);
        foreach (var row in CheckedElements.Of(sizes["rows"], 20.0 * columns))
        {
            var values = output.Floats(row * columns, columns);
            var weights = new double[columns];
            for (var i = 0; i < columns; i++)
                weights[i] = Math.Exp(InputData.At(seed, 0, row * columns + i));
            var sum = weights.Sum();
            for (var i = 0; i < columns; i++)
                gauge.Compare(row * columns + i, values[i], weights[i] / sum, weights[i] / sum);
        }
        return gauge.Verdict;
    }
}
