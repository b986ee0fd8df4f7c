using ControlPlane.Hardware.Kernels;

using static ControlPlane.Hardware.Managed.ManagedMath;

namespace ControlPlane.Hardware.Managed;

// kernels/matrix.h. Tensor cores have no equal here.
internal static unsafe class ManagedMatrix
{
    private const int Tile = 64;

    private delegate float Factor(long at);

    public static Dictionary<string, ManagedBlock> Blocks { get; } = new()
    {
        ["factory_sgemm"] = (a, x, y) => Floats(a, GemmForm.NN, x, y),
        ["factory_sgemm_nt"] = (a, x, y) => Floats(a, GemmForm.NT, x, y),
        ["factory_sgemm_tn"] = (a, x, y) => Floats(a, GemmForm.TN, x, y),
        ["factory_bf16_gemm"] = (a, x, y) => Halves(a, GemmForm.NN, x, y),
        ["factory_bf16_gemm_nt"] = (a, x, y) => Halves(a, GemmForm.NT, x, y),
        ["factory_bf16_gemm_tn"] = (a, x, y) => Halves(a, GemmForm.TN, x, y),
    };

    private static void Floats(KernelSlots arguments, GemmForm form, int x, int y)
    {
        float* a = arguments.Floats(0), b = arguments.Floats(1);
        Multiply(arguments, form, at => a[at], at => b[at], x, y);
    }

    private static void Halves(KernelSlots arguments, GemmForm form, int x, int y)
    {
        ushort* a = arguments.Halves(0), b = arguments.Halves(1);
        Multiply(arguments, form, at => Bfloat16.Widened(a[at]), at => Bfloat16.Widened(b[at]), x, y);
    }

    private static void Multiply(KernelSlots arguments, GemmForm form, Factor a, Factor b, int x, int y)
    {
        int m = arguments.Int(3), n = arguments.Int(4), k = arguments.Int(5), across = (n + Tile - 1) / Tile;
        var product = x / across;
        long aFirst = product * arguments.Long(6), bFirst = product * arguments.Long(7);
        var c = arguments.Floats(2) + product * arguments.Long(8);
        int firstColumn = x % across * Tile, columns = Math.Min(Tile, n - firstColumn);
        Span<float> sums = stackalloc float[Tile];
        for (var row = y * Tile; row < Math.Min(m, (y + 1) * Tile); row++)
        {
            sums.Clear();
            for (var step = 0; step < k; step++)
            {
                var factor = a(aFirst + (form == GemmForm.TN ? (long)step * m + row : (long)row * k + step));
                for (var j = 0; j < columns; j++)
                    sums[j] = Fma(factor, b(bFirst + (form == GemmForm.NT ? (long)(firstColumn + j) * k + step : (long)step * n + firstColumn + j)), sums[j]);
            }
            sums[..columns].CopyTo(new Span<float>(c + (long)row * n + firstColumn, columns));
        }
    }
}
