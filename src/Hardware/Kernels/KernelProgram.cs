using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>Values of one request's sizes, defaults filled in.</summary>
/// <param name="scalars">Numbers that a program gives in place of the kernel's own.</param>
internal sealed class KernelSizes(IReadOnlyDictionary<string, long> values, IReadOnlyDictionary<string, double>? scalars = null)
{
    public long this[string name] => values[name];

    /// <summary>A number that a program may give, or the kernel's own.</summary>
    public float Scalar(KernelNumber number) => scalars?.TryGetValue(number.Name, out var given) == true ? (float)given : number.Default;

    public int Int(string name) => checked((int)values[name]);
}

/// <summary>How the output compares with the reference.</summary>
internal readonly record struct KernelVerdict(double MaxRelativeError, string? Mistake);

/// <summary>One kernel: its memory, its launches, the work it does, and a plain reference of its result.</summary>
internal abstract class KernelProgram
{
    // As in native/kernels.
    protected const int ChunkElements = 16384;
    protected const int ChunkThreads = 256;
    protected const int RowThreads = 128;

    /// <summary>Elements of the largest buffer that a kernel of several sizes may have.</summary>
    protected const long MaximumElements = 1L << 28;

    public abstract KernelDescription Description { get; }

    /// <summary>Numbers that a program may give.</summary>
    public virtual IReadOnlyList<KernelNumber> Numbers => [];

    /// <summary>In the order of <c>buffers</c> of <see cref="Launches"/>.</summary>
    public abstract IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes);

    public abstract IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers);

    /// <summary>The launches that suit a device best; the same as any other's unless a kernel has a path of its own there.</summary>
    public virtual IReadOnlyList<KernelLaunch> LaunchesOn(
        DeviceDescription device, KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers) => Launches(sizes, seed, buffers);

    /// <summary>Floating-point operations or bytes moved in one repetition, for the rate.</summary>
    public abstract double Work(KernelSizes sizes);

    /// <param name="outputs">The buffers that are results, in their order.</param>
    public abstract KernelVerdict Verify(KernelSizes sizes, KernelInputs inputs, IReadOnlyList<KernelOutput> outputs);

    /// <summary>Limits that no single size shows, such as a product of two.</summary>
    public virtual IEnumerable<KernelFlaw> Flaws(KernelSizes sizes) => [];

    /// <summary>True when the result is judged even where the request asks for no check.</summary>
    public virtual bool AlwaysChecked => false;

    protected static int Chunks(long elements) => Blocks(elements, ChunkElements);

    protected static int Blocks(long elements, int each) => checked((int)((elements + each - 1) / each));

    /// <param name="factors">The sizes that make up the largest buffer.</param>
    protected static IEnumerable<KernelFlaw> TooLarge(KernelSizes sizes, string field, params ReadOnlySpan<string> factors)
    {
        Int128 elements = 1;
        foreach (var factor in factors)
            elements *= sizes[factor];
        return elements <= MaximumElements
            ? []
            : [new(field, FormattableString.Invariant($"{string.Join(" x ", factors.ToArray())} is {elements}, but at most {MaximumElements} fit in one buffer; make one of them smaller."))];
    }
}
