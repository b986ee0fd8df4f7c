using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>One element's result, and the sum of the magnitudes that were added up for it.</summary>
internal delegate (double Value, double Magnitude) ElementReference(ReadOnlySpan<double> inputs);

/// <summary>A kernel in which every element of a long vector is computed from the elements beside it.</summary>
/// <param name="inputs">How many vectors it reads, the changed one included.</param>
/// <param name="tolerance">Of the result, relative to the magnitude.</param>
internal sealed class ElementwiseProgram(
    string name, string summary, int inputs, double tolerance, ElementReference reference) : KernelProgram
{
    /// <summary>Of the kernel in kernels.cu, without <c>factory_</c>; the program's own unless given.</summary>
    public string Kernel { get; init; } = name.Replace('-', '_');

    /// <summary>The argument between the vectors and their length, if there is one.</summary>
    public float? Scalar { get; init; }

    /// <summary>Changes its first input instead of writing a vector of its own.</summary>
    public bool InPlace { get; init; }

    /// <summary>The inputs' largest magnitude; a power of two.</summary>
    public float InputScale { get; init; } = 1;

    public override KernelDescription Description { get; } = new(
        name, summary, [new("n", 1, 1L << 28, 1L << 22, "the number of elements of each vector")], "GB/s");

    public override IReadOnlyList<KernelNumber> Numbers =>
        Scalar is { } own ? [new("factor", -float.MaxValue, float.MaxValue, own, "what an input is multiplied by")] : [];

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes)
    {
        KernelBuffer Vector(BufferRole role) => KernelBuffer.Floats(sizes["n"], role) with { Scale = InputScale };
        return [Vector(InPlace ? BufferRole.Updated : BufferRole.Output), .. Enumerable.Repeat(Vector(BufferRole.Input), InPlace ? inputs - 1 : inputs)];
    }

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers)
    {
        var arguments = buffers.Select(KernelArgument.Of).ToList();
        arguments.AddRange(Numbers.Select(number => KernelArgument.Of(sizes.Scalar(number))));
        return [new("factory_" + Kernel, Chunks(sizes["n"]), 1, ChunkThreads, [.. arguments, KernelArgument.Of(sizes["n"])])];
    }

    public override double Work(KernelSizes sizes) => sizeof(float) * (inputs + 1.0) * sizes["n"];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs given, IReadOnlyList<KernelOutput> outputs)
    {
        var gauge = new ErrorGauge(tolerance);
        var values = new double[inputs];
        outputs[0].Scan((first, piece) =>
        {
            for (var i = 0; i < piece.Length; i++)
            {
                for (var input = 0; input < inputs; input++)
                    values[input] = given[InPlace ? input : input + 1, first + i];
                var (expected, magnitude) = reference(values);
                gauge.Compare(first + i, piece[i], expected, magnitude);
            }
        });
        return gauge.Verdict;
    }
}
