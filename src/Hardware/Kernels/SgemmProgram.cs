using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

internal sealed class SgemmProgram : KernelProgram
{
    private const int Tile = 64;
    private const int Threads = 256;

    public override KernelDescription Description { get; } = new(
        "sgemm",
        "Matrix product c = a b in single precision: the rate a device computes at.",
        [
            new("m", 1, 16384, 512, "the number of rows of a and c"),
            new("n", 1, 16384, 512, "the number of columns of b and c"),
            new("k", 1, 16384, 512, "the number of columns of a and rows of b"),
        ],
        "GFLOP/s");

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        new(4 * sizes["m"] * sizes["k"], BufferRole.Input),
        new(4 * sizes["k"] * sizes["n"], BufferRole.Input),
        new(4 * sizes["m"] * sizes["n"], BufferRole.Output),
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers)
    {
        int m = sizes.Int("m"), n = sizes.Int("n"), k = sizes.Int("k");
        return
        [
            new("factory_sgemm", (n + Tile - 1) / Tile, (m + Tile - 1) / Tile, Threads,
            [
                KernelArgument.Of(buffers[0]), KernelArgument.Of(buffers[1]), KernelArgument.Of(buffers[2]),
                KernelArgument.Of(m), KernelArgument.Of(n), KernelArgument.Of(k),
            ]),
        ];
    }

    public override double Work(KernelSizes sizes) => 2.0 * sizes["m"] * sizes["n"] * sizes["k"];

    public override KernelVerdict Verify(KernelSizes sizes, ulong seed, KernelOutput output)
    {
        long m = sizes["m"], n = sizes["n"], k = sizes["k"];
        var gauge = new ErrorGauge((k + 8) * 6e-8);
        var row = Array.Empty<float>();
        long rowHeld = -1;
        foreach (var element in CheckedElements.Of(m * n, 4.0 * k))
        {
            long i = element / n, j = element % n;
            if (rowHeld != i)
                (rowHeld, row) = (i, output.Floats(i * n, (int)n));
            double sum = 0, magnitude = 0;
            for (long step = 0; step < k; step++)
            {
                var product = (double)InputData.At(seed, 0, i * k + step) * InputData.At(seed, 1, step * n + j);
                sum += product;
                magnitude += Math.Abs(product);
            }
            gauge.Compare(element, row[j], sum, magnitude);
        }
        return gauge.Verdict;
    }
}
