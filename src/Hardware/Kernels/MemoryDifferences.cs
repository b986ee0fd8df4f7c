using System.Globalization;
using System.Runtime.InteropServices;

namespace ControlPlane.Hardware.Kernels;

/// <summary>What a comparison of memory found, as kernels/memory.h lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemoryDifferences
{
    public const int Bytes = 32;

    /// <summary>The complement of the first wrong word's place; zero when there is none.</summary>
    public ulong FirstInverted;

    /// <summary>How many words differ.</summary>
    public uint Count;

    /// <summary>The bits in which any word differed.</summary>
    public uint Bits;

    /// <summary>What the first wrong word held when it was read again.</summary>
    public uint Found;

    public uint Expected;

    /// <summary>Of all words read, without carry.</summary>
    public uint Sum;

    public uint Reserved;

    public readonly string Describe(string what, uint expected)
    {
        var again = Found == expected ? "read again it was right" : string.Create(CultureInfo.InvariantCulture, $"found 0x{Found:x8}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Count} words differ {what}, the first at byte {4 * ~FirstInverted}: expected 0x{expected:x8}, {again}; bits 0x{Bits:x8} ever differed");
    }
}
