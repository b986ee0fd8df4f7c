namespace ControlPlane.Simulation.Workloads;

/// <summary>Random numbers from a seed, the same on every machine and in every version of .NET (SplitMix64).</summary>
internal sealed class SeededDraws(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Where it stands: draws made from a seed of this value go on as these would.</summary>
    public ulong State => _state;

    /// <summary>A stream of its own for a purpose, so that draws for one purpose never shift those for another.</summary>
    /// <param name="seed">The seed of the whole.</param>
    /// <param name="purpose">A number of the purpose.</param>
    public static SeededDraws Of(ulong seed, ulong purpose)
    {
        var mixed = new SeededDraws(seed ^ (purpose * 0xD1B54A32D192ED03UL));
        mixed.Share();
        return new SeededDraws(mixed._state ^ (ulong)(mixed.Share() * (1UL << 53)));
    }

    /// <summary>Uniform in [0, 1), with 53 bits.</summary>
    public double Share()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var bits = _state;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9UL;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBUL;
        bits ^= bits >> 31;
        return (bits >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Uniform from 0 to one less than <paramref name="count"/>.</summary>
    public int Below(int count) => (int)(Share() * count);

    /// <summary>Exponential with a mean.</summary>
    public double Exponential(double mean) => -Math.Log(1 - Share()) * mean;

    /// <summary>Standard normal, by the Box-Muller transform.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Share())) * Math.Cos(2 * Math.PI * Share());

    /// <summary>One of the values, as often as its weight says.</summary>
    public T Weighted<T>(ReadOnlySpan<(T Value, int Weight)> choices)
    {
        var sum = 0;
        foreach (var (_, weight) in choices)
            sum += weight;
        var left = Below(sum);
        foreach (var (value, weight) in choices)
        {
            left -= weight;
            if (left < 0)
                return value;
        }
        return choices[^1].Value;
    }
}
