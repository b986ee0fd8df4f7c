using System.Runtime.InteropServices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>
/// The data kernels work on: a value is a function of seed, buffer and position, so a reference can compute any
/// element without holding the buffers. Values lie in [-1, 1) on a grid of 2^-23, which no float rounds.
/// </summary>
internal static class InputData
{
    public static float At(ulong seed, int buffer, long index)
    {
        var mixed = (seed * 0x9e3779b97f4a7c15UL) ^ ((ulong)buffer << 56) ^ (ulong)index;
        mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93UL;
        mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93UL;
        mixed ^= mixed >> 32;
        return ((int)(mixed & 0xffffff) - 0x800000) * (1f / 0x800000);
    }

    public static void Fill(ulong seed, int buffer, long first, Span<byte> target)
    {
        var values = MemoryMarshal.Cast<byte, float>(target);
        for (var i = 0; i < values.Length; i++)
            values[i] = At(seed, buffer, first + i);
    }
}
