using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Managed;

// kernels/memory.h.
internal static unsafe class ManagedPatterns
{
    public static Dictionary<string, ManagedBlock> Blocks { get; } = new()
    {
        ["factory_pattern_write"] = (a, x, _) => Write(a, x),
        ["factory_pattern_invert"] = (a, x, _) => Invert(a, x),
        ["factory_pattern_check"] = (a, x, _) => Check(a, x),
        ["factory_compare"] = (a, x, _) => Compare(a, x),
        ["factory_record"] = (a, _, _) => Record(a.Words(0), a.Words(1), (MemoryDifferences*)a.Words(2)),
    };

    private static void Write(KernelSlots a, int block)
    {
        var pattern = new MemoryPattern("", a.Int(2), a.Int(3));
        var (first, count) = ManagedVectors.Chunk(block, a.Long(1));
        for (var i = first; i < first + count; i++)
            a.Words(0)[i] = pattern.Word((ulong)i, false, a.Word(5)) ^ a.Word(4);
    }

    private static void Invert(KernelSlots a, int block)
    {
        var (first, count) = ManagedVectors.Chunk(block, a.Long(1));
        for (var i = first; i < first + count; i++)
            a.Words(0)[i] = ~a.Words(0)[i];
    }

    private static void Check(KernelSlots a, int block)
    {
        var pattern = new MemoryPattern("", a.Int(3), a.Int(4));
        bool inverted = a.Word(5) != 0;
        var seed = a.Word(6);
        Differ(a.Words(0), a.Long(2), block, i => pattern.Word((ulong)i, inverted, seed), (MemoryDifferences*)a.Words(1));
    }

    private static void Compare(KernelSlots a, int block)
    {
        var reference = a.Words(1);
        Differ(a.Words(0), a.Long(3), block, i => reference[i], (MemoryDifferences*)a.Words(2));
    }

    private static void Differ(uint* words, long n, int block, Func<long, uint> expected, MemoryDifferences* result)
    {
        var (first, count) = ManagedVectors.Chunk(block, n);
        for (var i = first; i < first + count; i++)
        {
            var different = words[i] ^ expected(i);
            result->Sum += words[i];
            if (different == 0)
                continue;
            result->Count++;
            result->Bits |= different;
            result->FirstInverted = Math.Max(result->FirstInverted, ~(ulong)i);
        }
    }

    private static void Record(uint* words, uint* reference, MemoryDifferences* result)
    {
        if (result->Count == 0)
            return;
        result->Found = words[~result->FirstInverted];
        result->Expected = reference is not null ? reference[~result->FirstInverted] : 0;
    }
}
