using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>How the factors of a product lie in memory: N by rows, T transposed.</summary>
internal enum GemmForm
{
    NN,
    NT,
    TN,
}

/// <summary>A batch of matrix products in single precision, or of bfloat16 factors summed in single precision.</summary>
internal sealed class GemmProgram(GemmForm form, bool bfloat16) : KernelProgram
{
    private const int Tile = 64;
    private const int Threads = 256;
    private const int TensorThreads = 128;

    // mma.sync of bfloat16 begins with sm_80; Hopper has it too.
    private const int TensorCapability = 80;

    public override KernelDescription Description { get; } = new(
        (bfloat16 ? "bf16-gemm" : "sgemm") + Suffix(form, '-'),
        (bfloat16 ? "Matrix product c = a b of bfloat16 factors, summed in single precision" : "Matrix product c = a b in single precision")
            + form switch { GemmForm.NT => ", b transposed in memory", GemmForm.TN => ", a transposed in memory", _ => "" }
            + (bfloat16 ? ", on tensor cores where there are some (a path checked for result, not timed on a GPU)" : form == GemmForm.NN ? ": the rate a device computes at" : "")
            + "; 2 m n k operations for each of the batch.",
        [
            new("m", 1, 16384, 512, "the number of rows of a and c"),
            new("n", 1, 16384, 512, "the number of columns of b and c"),
            new("k", 1, 16384, 512, "the number of columns of a and rows of b"),
            new("batch", 1, 4096, 1, "the number of products"),
            .. bfloat16 ? [new KernelSize("tensor", 0, 1, 1, "whether tensor cores are used where there are some")] : Array.Empty<KernelSize>(),
        ],
        "GFLOP/s");

    public override IEnumerable<KernelFlaw> Flaws(KernelSizes sizes) =>
    [
        .. TooLarge(sizes, "batch", "m", "k", "batch"), .. TooLarge(sizes, "batch", "k", "n", "batch"), .. TooLarge(sizes, "batch", "m", "n", "batch"),
    ];

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes)
    {
        KernelBuffer Factor(long elements) => bfloat16
            ? new(sizeof(ushort) * elements, BufferRole.Input) { Contents = BufferContents.Bfloat16 }
            : KernelBuffer.Floats(elements, BufferRole.Input);
        var batch = sizes["batch"];
        return
        [
            Factor(sizes["m"] * sizes["k"] * batch), Factor(sizes["k"] * sizes["n"] * batch),
            KernelBuffer.Floats(sizes["m"] * sizes["n"] * batch, BufferRole.Output),
        ];
    }

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [Product((bfloat16 ? "factory_bf16_gemm" : "factory_sgemm") + Suffix(form, '_'), Threads, sizes, buffers)];

    public override IReadOnlyList<KernelLaunch> LaunchesOn(
        DeviceDescription device, KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        bfloat16 && device.Capability >= TensorCapability && sizes["tensor"] == 1
            ? [Product($"factory_bf16_gemm{Suffix(form, '_')}_tensor", TensorThreads, sizes, buffers)]
            : Launches(sizes, seed, buffers);

    public override double Work(KernelSizes sizes) => 2.0 * sizes["m"] * sizes["n"] * sizes["k"] * sizes["batch"];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        long m = sizes["m"], n = sizes["n"], k = sizes["k"];
        // A tensor core may cut off where others round: twice the error of each step.
        var gauge = new ErrorGauge((k + 8) * (bfloat16 ? 1.2e-7 : 6e-8));
        var row = Array.Empty<float>();
        long rowHeld = -1;
        foreach (var element in CheckedElements.Of(m * n * sizes["batch"], 4.0 * k))
        {
            long product = element / (m * n), i = element / n % m, j = element % n;
            if (rowHeld != element / n)
                (rowHeld, row) = (element / n, outputs[0].Floats(element / n * n, (int)n));
            long a = product * m * k, b = product * k * n;
            double sum = 0, magnitude = 0;
            for (long step = 0; step < k; step++)
            {
                var term = inputs[0, a + (form == GemmForm.TN ? step * m + i : i * k + step)] * inputs[1, b + (form == GemmForm.NT ? j * k + step : step * n + j)];
                sum += term;
                magnitude += Math.Abs(term);
            }
            gauge.Compare(element, row[j], sum, magnitude);
        }
        return gauge.Verdict;
    }

    internal static KernelLaunch Product(string kernel, int threads, KernelSizes sizes, IReadOnlyList<IDeviceBuffer> buffers)
    {
        long m = sizes["m"], n = sizes["n"], k = sizes["k"];
        return new(kernel, checked((int)(Blocks(n, Tile) * sizes["batch"])), Blocks(m, Tile), threads,
        [
            .. buffers.Take(3).Select(KernelArgument.Of), KernelArgument.Of((int)m), KernelArgument.Of((int)n), KernelArgument.Of((int)k),
            KernelArgument.Of(m * k), KernelArgument.Of(k * n), KernelArgument.Of(m * n),
        ]);
    }

    private static string Suffix(GemmForm form, char dash) => form switch
    {
        GemmForm.NT => $"{dash}nt",
        GemmForm.TN => $"{dash}tn",
        _ => "",
    };
}
