using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ControlPlane.Benchmarks.Devices;

/// <summary>OpenBLAS on one thread, where it is installed. Never unloaded: its threads outlive any handle.</summary>
internal sealed unsafe class OpenBlas
{
    private const int RowMajor = 101;
    private const int AsItLies = 111;

    private readonly delegate* unmanaged[Cdecl]<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _multiply;

    private OpenBlas(nint library)
    {
        _multiply = (delegate* unmanaged[Cdecl]<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemm");
        ((delegate* unmanaged[Cdecl]<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads"))(1);
    }

    /// <summary>Null where it is not installed, and why.</summary>
    public static OpenBlas? Load(out string whyNot)
    {
        whyNot = "libopenblas.so.0 is not installed (Debian: apt-get install libopenblas0)";
        return NativeLibrary.TryLoad("libopenblas.so.0", out var library) ? new OpenBlas(library) : null;
    }

    /// <summary>The seconds that one product of square matrices takes, after one to warm up.</summary>
    public double Multiply(int order)
    {
        var bytes = sizeof(float) * (nuint)order * (nuint)order;
        float* a = Matrix(bytes, 0.5f), b = Matrix(bytes, 0.25f), c = Matrix(bytes, 0);
        try
        {
            Product(order, a, b, c);
            var began = Stopwatch.GetTimestamp();
            Product(order, a, b, c);
            return Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
        finally
        {
            NativeMemory.AlignedFree(a);
            NativeMemory.AlignedFree(b);
            NativeMemory.AlignedFree(c);
        }
    }

    private void Product(int order, float* a, float* b, float* c) =>
        _multiply(RowMajor, AsItLies, AsItLies, order, order, order, 1f, a, order, b, order, 0f, c, order);

    private static float* Matrix(nuint bytes, float value)
    {
        var memory = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        new Span<float>(memory, (int)(bytes / sizeof(float))).Fill(value);
        return memory;
    }
}
