namespace ControlPlane.Scheduling.Preferences;

/// <summary>Well mixed bits from a seed and numbers, the same on every machine.</summary>
internal static class Mixed
{
    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), applied once for each number.</summary>
    public static ulong Of(ulong seed, int first, int second) =>
        Finish(Finish(seed + 0x9E3779B97F4A7C15UL * ((ulong)(uint)first + 1)) + (ulong)(uint)second);

    /// <summary>A seed and a name; .NET's own string hash differs from process to process.</summary>
    public static ulong Of(ulong seed, string name)
    {
        var hash = seed ^ 14695981039346656037UL;
        foreach (var letter in name)
            hash = (hash ^ letter) * 1099511628211UL;
        return Finish(hash);
    }

    private static ulong Finish(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9UL;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBUL;
        return bits ^ (bits >> 31);
    }
}
