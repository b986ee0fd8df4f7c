using System.Collections.Immutable;

namespace ControlPlane.Facility.Reliability;

/// <summary>
/// Ranks of a job that are slow time and again. Every step of a synchronous job takes as long as its slowest rank, so one slow
/// device holds up all. A rank of which a report says nothing is unknown in it: neither slow nor well.
/// </summary>
public sealed record StragglerWatch
{
    /// <summary>Beyond the median by so much a rank is slow, as a share of the median.</summary>
    public const double SlowBy = 0.05;

    /// <summary>Slow in so many reports one after another, a rank is a straggler: one slow step is noise.</summary>
    public const int Reports = 3;

    /// <summary>Of fewer ranks a median says nothing.</summary>
    public const int FewestRanks = 3;

    private ImmutableSortedDictionary<int, (int Slow, double Ratio)> Ranks { get; init; } = ImmutableSortedDictionary<int, (int, double)>.Empty;

    /// <summary>The stragglers, by rank, each with its last time over the median.</summary>
    public IReadOnlyList<(int Rank, double Ratio)> Stragglers => [.. Ranks.Where(rank => rank.Value.Slow >= Reports).Select(rank => (rank.Key, rank.Value.Ratio))];

    /// <summary>A watch that begins with ranks known to be stragglers.</summary>
    public static StragglerWatch Of(IEnumerable<int> stragglers) => new()
    {
        Ranks = stragglers.ToImmutableSortedDictionary(rank => rank, _ => (Reports, 1.0)),
    };

    /// <summary>A report of step times.</summary>
    /// <param name="seconds">Seconds by rank; each positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is not positive and finite.</exception>
    public StragglerWatch Read(IReadOnlyDictionary<int, double> seconds)
    {
        ArgumentNullException.ThrowIfNull(seconds);
        foreach (var time in seconds.Values)
        {
            if (!(time > 0 && double.IsFinite(time)))
                throw new ArgumentOutOfRangeException(nameof(seconds), time, "A step takes a positive time.");
        }
        if (seconds.Count < FewestRanks)
            return this;
        var median = Median([.. seconds.Values.Order()]);
        var ranks = Ranks;
        foreach (var (rank, time) in seconds)
        {
            var ratio = time / median;
            ranks = ratio > 1 + SlowBy ? ranks.SetItem(rank, (ranks.GetValueOrDefault(rank).Slow + 1, ratio)) : ranks.Remove(rank);
        }
        return this with { Ranks = ranks };
    }

    private static double Median(double[] sorted) =>
        sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
}
