using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Kernels;

internal enum BufferRole
{
    /// <summary>Filled with the request's data before the first repetition.</summary>
    Input,

    /// <summary>Written and read by the kernel alone.</summary>
    Scratch,

    /// <summary>What the checksum covers.</summary>
    Output,

    /// <summary>An output that the kernel adds to: set to zero before every repetition.</summary>
    Total,
}

internal sealed record KernelBuffer(long Bytes, BufferRole Role);

/// <summary>Values of one request's sizes, defaults filled in.</summary>
internal sealed class KernelSizes(IReadOnlyDictionary<string, long> values)
{
    public long this[string name] => values[name];

    public int Int(string name) => checked((int)values[name]);
}

/// <summary>How the output compares with the reference.</summary>
internal readonly record struct KernelVerdict(double MaxRelativeError, string? Mistake);

/// <summary>One kernel: its memory, its launches, the work it does, and a plain reference of its result.</summary>
internal abstract class KernelProgram
{
    // As in kernels.cu.
    protected const int ChunkElements = 16384;
    protected const int ChunkThreads = 256;
    protected const int RowThreads = 128;

    public abstract KernelDescription Description { get; }

    /// <summary>In the order of <paramref name="buffers"/> of <see cref="Launches"/>.</summary>
    public abstract IReadOnlyList<KernelBuffer> Buffers(KernelSizes sizes);

    public abstract IReadOnlyList<KernelLaunch> Launches(KernelSizes sizes, ulong seed, IReadOnlyList<IDeviceBuffer> buffers);

    /// <summary>Floating-point operations or bytes moved in one repetition, for the rate.</summary>
    public abstract double Work(KernelSizes sizes);

    public abstract KernelVerdict Verify(KernelSizes sizes, ulong seed, KernelOutput output);

    /// <summary>Limits that no single size shows, such as a product of two.</summary>
    public virtual IEnumerable<KernelFlaw> Flaws(KernelSizes sizes) => [];

    /// <summary>True when the result is judged even where the request asks for no check.</summary>
    public virtual bool AlwaysChecked => false;

    protected static int Chunks(long elements) => checked((int)((elements + ChunkElements - 1) / ChunkElements));

    protected static KernelFlaw TooLarge(string field, string product, long value, long limit) =>
        new(field, FormattableString.Invariant($"{product} is {value}, but at most {limit} fit in one buffer; make one of them smaller."));
}
