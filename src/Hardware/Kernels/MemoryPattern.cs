namespace ControlPlane.Hardware.Kernels;

/// <summary>One pattern over memory, as <c>pattern_word</c> in kernels/memory.h computes it.</summary>
/// <param name="Number">0 a word's own address, 1 a walking one, 2 alternating bits, 3 zeros, 4 a hash of address and seed.</param>
/// <param name="Shift">How far the walking one has walked.</param>
internal sealed record MemoryPattern(string Name, int Number, int Shift = 0)
{
    private const int Hashed = 4;

    public static IReadOnlyList<MemoryPattern> All(int walks) =>
    [
        new("address in address", 0), new("alternating bits", 2), new("zeros", 3), new("hashed address", Hashed),
        .. Enumerable.Range(0, walks).Select(shift => new MemoryPattern(FormattableString.Invariant($"walking one, step {shift}"), 1, shift)),
    ];

    public uint Word(ulong index, bool inverted, uint seed)
    {
        var address = (uint)index ^ (uint)(index >> 32);
        var word = Number switch
        {
            0 => address,
            1 => 1u << (int)((address + (uint)Shift) & 31),
            2 => (address & 1) != 0 ? 0xaaaaaaaau : 0x55555555u,
            3 => 0u,
            _ => Hash(address ^ seed),
        };
        return inverted ? ~word : word;
    }

    /// <summary>The sum of the first words without carry, where it has a closed form.</summary>
    public uint? Sum(long words, bool inverted, uint seed)
    {
        const int period = 32;
        if (Number == Hashed || words > uint.MaxValue)
            return null;
        var whole = words / period;
        ulong sum = 0;
        for (var i = 0; i < period; i++)
        {
            // An address grows by the period each time, everything else comes again.
            var count = (ulong)(i < words % period ? whole + 1 : whole);
            var steps = Number == 0 ? (ulong)((UInt128)count * (count == 0 ? 0 : count - 1) / 2) * period : 0;
            sum += count * Word((ulong)i, false, seed) + steps;
        }
        return inverted ? (uint)((ulong)words * uint.MaxValue) - (uint)sum : (uint)sum;
    }

    private static uint Hash(uint word)
    {
        word *= 0x9e3779b1u;
        word = (word ^ (word >> 15)) * 0x85ebca6bu;
        return word ^ (word >> 13);
    }
}
