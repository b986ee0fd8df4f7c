using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ControlPlane.Benchmarks.Devices;

/// <summary>Triad as one vectorised loop on one thread, as a compiler would make of it.</summary>
internal sealed unsafe class PlainTriad : IDisposable
{
    private readonly int _elements;
    private readonly float* _a;
    private readonly float* _b;
    private readonly float* _c;

    /// <param name="elements">A multiple of a vector's lanes.</param>
    public PlainTriad(int elements)
    {
        _elements = elements;
        _a = Allocated(elements);
        _b = Allocated(elements);
        _c = Allocated(elements);
    }

    /// <summary>The seconds one pass takes: the median of several, as the device's repetitions are measured.</summary>
    public double Run(float scale, int passes)
    {
        var seconds = new double[passes];
        for (var pass = 0; pass < passes; pass++)
            seconds[pass] = Pass(scale);
        return Figure.Percentile(seconds, 0.5);
    }

    private double Pass(float scale)
    {
        var began = Stopwatch.GetTimestamp();
        var factor = new Vector<float>(scale);
        for (var i = 0; i < _elements; i += Vector<float>.Count)
            (Vector.Load(_b + i) + factor * Vector.Load(_c + i)).Store(_a + i);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_a);
        NativeMemory.AlignedFree(_b);
        NativeMemory.AlignedFree(_c);
    }

    private static float* Allocated(int elements)
    {
        var memory = (float*)NativeMemory.AlignedAlloc(sizeof(float) * (nuint)elements, 64);
        new Span<float>(memory, elements).Fill(0.5f);
        return memory;
    }
}
