namespace ControlPlane.Simulation.Serving;

/// <summary>Counts of durations in bins that are 2 % wide each, so that a percentile is right within 1 %.</summary>
public sealed class LatencyHistogram
{
    private const double Width = 1.02;
    private const double Least = 1e-4;

    private readonly SortedDictionary<int, double> _bins = [];

    /// <summary>How many, by weight.</summary>
    public double Count { get; private set; }

    /// <summary>Adds a duration.</summary>
    /// <param name="seconds">0 or more.</param>
    public void Add(double seconds)
    {
        var bin = seconds <= Least ? 0 : (int)Math.Floor(Math.Log(seconds / Least) / Math.Log(Width)) + 1;
        _bins[bin] = _bins.GetValueOrDefault(bin) + 1;
        Count++;
    }

    /// <summary>Adds another's durations with a weight.</summary>
    public void Add(LatencyHistogram other, double weight)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (bin, count) in other._bins)
            _bins[bin] = _bins.GetValueOrDefault(bin) + (count * weight);
        Count += other.Count * weight;
    }

    /// <summary>The middle of the bin that the share of all lies at or below; 0 without any.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public double Percentile(double share)
    {
        var seen = 0.0;
        foreach (var (bin, count) in _bins)
        {
            seen += count;
            if (seen >= share * Count * (1 - 1e-12))
                return bin == 0 ? Least : Least * Math.Pow(Width, bin - 0.5);
        }
        return 0;
    }
}
