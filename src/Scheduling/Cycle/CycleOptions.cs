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

    /// <summary>
    /// Whether a job has yielded (was evicted or shrunk) since anything last happened but steps of cycles. Such a job makes
    /// nobody else yield until something does happen. By default no job has.
    /// </summary>
    public Func<JobId, bool> HasYielded { get; init; } = _ => false;

    /// <summary>For whom starts are reserved, so that later jobs do not delay them.</summary>
    public Backfill Backfill { get; init; }

    /// <summary>How many reservations conservative backfilling makes in a pass; 1 or more. Jobs beyond may be delayed by later ones.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>When a running job is expected to end, null when nobody knows; by default its start plus its expected duration.</summary>
    public Func<JobId, DateTimeOffset?>? ExpectedEnd { get; init; }

    /// <summary>When nodes are not for everybody; respected whether or not starts are reserved.</summary>
    public IReadOnlyList<NodeWindow> Windows { get; init; } = [];

    /// <summary>The reservations that the pass before made: kept while they hold and nothing earlier is found.</summary>
    public IReadOnlyList<PlannedStart> Reserved { get; init; } = [];
}
