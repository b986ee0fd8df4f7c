using System.Runtime.InteropServices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>
/// The data kernels work on: a value is a function of seed, buffer and position, so a reference can compute any
/// element without holding the buffers. Values lie in [-1, 1) on a grid of 2^-23, which no float rounds.
/// </summary>
internal static class InputData
{
    public static float At(ulong seed, int buffer, long index) => (Bits(seed, buffer, index) - 0x800000) * (1f / 0x800000);

    /// <summary>What a kernel reads there: a bfloat16 widened.</summary>
    public static float At(ulong seed, int number, KernelBuffer buffer, long index)
    {
        var value = Unrounded(seed, number, buffer, index);
        return buffer.Contents == BufferContents.Bfloat16 ? Bfloat16.Widened(Bfloat16.Of(value)) : value;
    }

    public static int TokenAt(ulong seed, int number, KernelBuffer buffer, long index) =>
        (int)((long)Bits(seed, number, index) * buffer.Limit >> 24);

    /// <param name="number">The buffer's position among all of the kernel's.</param>
    /// <param name="offset">In bytes, where <paramref name="target"/> begins in the buffer.</param>
    public static void Fill(ulong seed, int number, KernelBuffer buffer, long offset, Span<byte> target)
    {
        switch (buffer.Contents)
        {
            case BufferContents.Tokens:
                var tokens = MemoryMarshal.Cast<byte, int>(target);
                for (var i = 0; i < tokens.Length; i++)
                    tokens[i] = TokenAt(seed, number, buffer, offset / sizeof(int) + i);
                break;
            case BufferContents.Bfloat16:
                var halves = MemoryMarshal.Cast<byte, ushort>(target);
                for (var i = 0; i < halves.Length; i++)
                    halves[i] = Bfloat16.Of(Unrounded(seed, number, buffer, offset / sizeof(ushort) + i));
                break;
            default:
                var values = MemoryMarshal.Cast<byte, float>(target);
                for (var i = 0; i < values.Length; i++)
                    values[i] = Unrounded(seed, number, buffer, offset / sizeof(float) + i);
                break;
        }
    }

    private static float Unrounded(ulong seed, int number, KernelBuffer buffer, long index)
    {
        var value = At(seed, number, index) * buffer.Scale;
        return buffer.NonNegative ? Math.Abs(value) : value;
    }

    private static int Bits(ulong seed, int buffer, long index)
    {
        var mixed = (seed * 0x9e3779b97f4a7c15UL) ^ ((ulong)buffer << 56) ^ (ulong)index;
        mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93UL;
        mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93UL;
        mixed ^= mixed >> 32;
        return (int)(mixed & 0xffffff);
    }
}

/// <summary>
/// The upper half of a float, rounded to nearest, ties to even. What is too large becomes infinity; a NaN stays one
/// by its quiet bit, because its payload may lie in the lower half.
/// </summary>
internal static class Bfloat16
{
    public static ushort Of(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x7fffffff) > 0x7f800000 ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    public static float Widened(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}

/// <summary>The inputs of one request as a reference sees them.</summary>
internal sealed class KernelInputs(ulong seed, IReadOnlyList<KernelBuffer> layout)
{
    public ulong Seed => seed;

    /// <param name="buffer">Its position among all of the kernel's buffers.</param>
    public double this[int buffer, long index] => InputData.At(seed, buffer, layout[buffer], index);

    public int Token(int buffer, long index) => InputData.TokenAt(seed, buffer, layout[buffer], index);

    public double[] Row(int buffer, long row, int columns)
    {
        var values = new double[columns];
        for (var i = 0; i < columns; i++)
            values[i] = this[buffer, row * columns + i];
        return values;
    }
}
