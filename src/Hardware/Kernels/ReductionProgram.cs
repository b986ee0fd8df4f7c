using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>A kernel that makes one value of long vectors, in passes over ever fewer parts.</summary>
internal abstract class ReductionProgram : KernelProgram
{
    protected static IReadOnlyList<KernelSize> Sizes { get; } = [new("n", 1, 1L << 28, 1L << 22, "the number of elements")];

    /// <summary>How many vectors it reads.</summary>
    protected virtual int Inputs => 1;

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        .. Enumerable.Repeat(KernelBuffer.Floats(sizes["n"], BufferRole.Input), Inputs),
        KernelBuffer.Floats(Chunks(sizes["n"]), BufferRole.Scratch),
        KernelBuffer.Floats(1, BufferRole.Output),
    ];

    public override double Work(KernelSizes sizes) => sizeof(float) * (double)Inputs * sizes["n"];

    // The limit of n leaves at most one chunk of parts, so two passes always do.
    protected static IEnumerable<KernelLaunch> TwoPasses(string first, string second, long n, IEnumerable<IDeviceBuffer> inputs, IDeviceBuffer parts, IDeviceBuffer result) =>
    [
        new(first, Chunks(n), 1, ChunkThreads, [.. inputs.Append(parts).Select(KernelArgument.Of), KernelArgument.Of(n)]),
        new(second, 1, 1, ChunkThreads, [KernelArgument.Of(parts), KernelArgument.Of(result), KernelArgument.Of((long)Chunks(n))]),
    ];
}

internal sealed class SumProgram : ReductionProgram
{
    public override KernelDescription Description { get; } = new("reduction", "The sum of a long vector: 4 bytes an element.", Sizes, "GB/s");

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [.. TwoPasses("factory_reduction", "factory_reduction", sizes["n"], [buffers[0]], buffers[1], buffers[2])];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        double sum = 0, magnitude = 0;
        for (long i = 0; i < sizes["n"]; i++)
        {
            sum += inputs[0, i];
            magnitude += Math.Abs(inputs[0, i]);
        }
        var gauge = new ErrorGauge(1e-5);
        gauge.Compare(0, outputs[0].Floats(0, 1)[0], sum, magnitude);
        return gauge.Verdict;
    }
}

internal sealed class MaximumProgram : ReductionProgram
{
    public override KernelDescription Description { get; } = new("max", "The largest of a long vector: 4 bytes an element.", Sizes, "GB/s");

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [.. TwoPasses("factory_largest", "factory_largest", sizes["n"], [buffers[0]], buffers[1], buffers[2])];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        var largest = double.NegativeInfinity;
        for (long i = 0; i < sizes["n"]; i++)
            largest = Math.Max(largest, inputs[0, i]);
        var gauge = new ErrorGauge(0);
        gauge.Compare(0, outputs[0].Floats(0, 1)[0], largest, Math.Abs(largest));
        return gauge.Verdict;
    }
}

internal sealed class ArgmaxProgram : ReductionProgram
{
    public override KernelDescription Description { get; } = new(
        "argmax", "Where the largest of a long vector lies, the first of equals: 4 bytes an element.", Sizes, "GB/s");

    public override IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes) =>
    [
        KernelBuffer.Floats(sizes["n"], BufferRole.Input),
        KernelBuffer.Floats(Chunks(sizes["n"]), BufferRole.Scratch),
        KernelBuffer.Floats(Chunks(sizes["n"]), BufferRole.Scratch) with { Contents = BufferContents.Tokens },
        KernelBuffer.Floats(1, BufferRole.Output),
        KernelBuffer.Floats(1, BufferRole.Output) with { Contents = BufferContents.Tokens },
    ];

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers)
    {
        const string kernel = "factory_place_of_largest";
        const ulong none = 0; // The first pass numbers the elements itself.
        return
        [
            new(kernel, Chunks(sizes["n"]), 1, ChunkThreads,
                [KernelArgument.Of(buffers[0]), none, KernelArgument.Of(buffers[1]), KernelArgument.Of(buffers[2]), KernelArgument.Of(sizes["n"])]),
            new(kernel, 1, 1, ChunkThreads,
                [.. buffers.Skip(1).Select(KernelArgument.Of), KernelArgument.Of((long)Chunks(sizes["n"]))]),
        ];
    }

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        long place = 0;
        for (long i = 1; i < sizes["n"]; i++)
            place = inputs[0, i] > inputs[0, place] ? i : place;
        var gauge = new ErrorGauge(0);
        gauge.Compare(place, outputs[0].Floats(0, 1)[0], inputs[0, place], 1);
        gauge.Compare(place, outputs[1].Read<int>(0, 1)[0] - place, 0, 1); // A float holds the distance, not every place.
        return gauge.Verdict;
    }
}

internal sealed class DotProgram : ReductionProgram
{
    public override KernelDescription Description { get; } = new("dot", "The dot product of two long vectors: 8 bytes an element.", Sizes, "GB/s");

    protected override int Inputs => 2;

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
        [.. TwoPasses("factory_dot", "factory_reduction", sizes["n"], buffers.Take(2), buffers[2], buffers[3])];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        double sum = 0, magnitude = 0;
        for (long i = 0; i < sizes["n"]; i++)
        {
            var product = inputs[0, i] * inputs[1, i];
            sum += product;
            magnitude += Math.Abs(product);
        }
        var gauge = new ErrorGauge(1e-5);
        gauge.Compare(0, outputs[0].Floats(0, 1)[0], sum, magnitude);
        return gauge.Verdict;
    }
}

internal sealed class NormProgram : ReductionProgram
{
    public override KernelDescription Description { get; } = new(
        "norm", "The Euclidean length of a long vector, as the root of its product with itself: 4 bytes an element.", Sizes, "GB/s");

    public override IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) =>
    [
        .. TwoPasses("factory_dot", "factory_reduction", sizes["n"], [buffers[0], buffers[0]], buffers[1], buffers[2]),
        new("factory_square_root", 1, 1, 32, [KernelArgument.Of(buffers[2]), KernelArgument.Of(1L)]),
    ];

    public override KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs)
    {
        double sum = 0;
        for (long i = 0; i < sizes["n"]; i++)
            sum += inputs[0, i] * inputs[0, i];
        var gauge = new ErrorGauge(1e-5);
        gauge.Compare(0, outputs[0].Floats(0, 1)[0], Math.Sqrt(sum), Math.Sqrt(sum));
        return gauge.Verdict;
    }
}
