using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>What a scheduling cycle may do.</summary>
/// <param name="Profile">Where tasks are best put.</param>
/// <param name="Seed">Any number; recorded with the decisions it repeats them.</param>
/// <param name="Now">The time.</param>
/// <param name="Runs">What is known of each running job's run; null for one that is unknown.</param>
public sealed record CycleOptions(
    PlacementProfile Profile, ulong Seed, DateTimeOffset Now, Func<JobId, RunFacts?> Runs)
{
    /// <summary>Decayed use by queue, or null when the past does not count.</summary>
    public IReadOnlyList<double>? Past { get; init; }

    /// <summary>How many waiting jobs of one pass may look for victims: each look costs as much as thousands of placements.</summary>
    public int MostSearches { get; init; } = 64;

    /// <summary>Whether jobs may be moved so that others fit.</summary>
    public bool MayMove { get; init; } = true;

    /// <summary>Whether jobs may be evicted or shrunk for others.</summary>
    public bool MayEvict { get; init; } = true;
}
