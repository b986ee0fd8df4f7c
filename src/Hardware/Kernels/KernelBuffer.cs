namespace ControlPlane.Hardware.Kernels;

internal enum BufferRole
{
    /// <summary>Filled with the request's data before the first repetition.</summary>
    Input,

    /// <summary>Written and read by the kernel alone.</summary>
    Scratch,

    /// <summary>A result.</summary>
    Output,

    /// <summary>A result that the kernel adds to: set to zero before every repetition.</summary>
    Total,

    /// <summary>An input that the kernel changes, and so a result: filled anew before every repetition.</summary>
    Updated,
}

internal enum BufferContents
{
    /// <summary>Values in [-1, 1) times <see cref="KernelBuffer.Scale"/>.</summary>
    Floats,

    /// <summary>The same values rounded to bfloat16, two bytes each.</summary>
    Bfloat16,

    /// <summary>Whole numbers of 32 bits from 0 to below <see cref="KernelBuffer.Limit"/>.</summary>
    Tokens,
}

internal sealed record KernelBuffer(long Bytes, BufferRole Role)
{
    public BufferContents Contents { get; init; }

    /// <summary>A power of two, so that no value is rounded.</summary>
    public float Scale { get; init; } = 1;

    public bool NonNegative { get; init; }

    public int Limit { get; init; }

    /// <summary>Results are what the checksum covers and the reference judges.</summary>
    public bool IsResult => Role is BufferRole.Output or BufferRole.Total or BufferRole.Updated;

    public bool IsFilled => Role is BufferRole.Input or BufferRole.Updated;

    public static KernelBuffer Floats(long count, BufferRole role) => new(sizeof(float) * count, role);

    public static KernelBuffer Tokens(long count, long limit) =>
        new(sizeof(int) * count, BufferRole.Input) { Contents = BufferContents.Tokens, Limit = checked((int)limit) };
}
