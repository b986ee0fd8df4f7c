namespace ControlPlane.Hardware.Managed;

internal static unsafe class ManagedPatterns
{
    public static void Write(uint* words, long n, int pattern, uint seed, int block)
    {
        var (first, end) = ManagedKernels.Chunk(block, n);
        for (var i = first; i < end; i++)
            words[i] = Word(pattern, (ulong)i, seed);
    }

    public static void Check(uint* words, long n, int pattern, uint seed, uint* result, int block)
    {
        var (first, end) = ManagedKernels.Chunk(block, n);
        for (var i = first; i < end; i++)
        {
            result[0] += words[i] == Word(pattern, (ulong)i, seed) ? 0u : 1u;
            result[1] += words[i];
        }
    }

    private static uint Word(int pattern, ulong index, uint seed)
    {
        var address = (uint)index ^ (uint)(index >> 32);
        switch (pattern)
        {
            case 0: return address;
            case 1: return ~address;
            case 2: return 1u << (int)(address & 31);
            case 3: return ~(1u << (int)(address & 31));
            case 4: return (address & 1) != 0 ? 0xaaaaaaaau : 0x55555555u;
            default:
                var word = (address ^ seed) * 0x9e3779b1u;
                word = (word ^ (word >> 15)) * 0x85ebca6bu;
                return word ^ (word >> 13);
        }
    }
}
