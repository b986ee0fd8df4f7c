namespace ControlPlane.Api;

/// <summary>What would be done about a job.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Hall">The hall that would take it, or null when none would.</param>
/// <param name="Outcome">place, consolidate, reclaim, preempt, wait, refuse, or none when it is known already.</param>
/// <param name="Message">The decision, for a person.</param>
/// <param name="Evicted">Jobs that would be evicted.</param>
/// <param name="Moved">Jobs that would be moved.</param>
/// <param name="Shrunk">Jobs that would give tasks up.</param>
/// <param name="Racks">Racks it would run in.</param>
/// <param name="AddedWatts">What the hall would draw more than now, at the jobs' power limits.</param>
/// <param name="StartsAt">When it would start, or null when nothing tells.</param>
public sealed record PlanResponse(
    string Job, string? Hall, string Outcome, string Message, IReadOnlyList<string> Evicted, IReadOnlyList<string> Moved,
    IReadOnlyList<string> Shrunk, IReadOnlyList<string> Racks, double AddedWatts, DateTimeOffset? StartsAt);

/// <summary>A recorded decision beside what the same inputs give now.</summary>
/// <param name="Hall">The hall.</param>
/// <param name="Sequence">Number of the entry.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Kind">What kind of entry, such as JobPlaced.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="IsDecision">False for a fact that was reported or ordered.</param>
/// <param name="Same">True when it came out the same in every field.</param>
/// <param name="Recorded">The decision as recorded.</param>
/// <param name="Derived">The decision as derived now.</param>
public sealed record DecisionResponse(
    string Hall, long Sequence, DateTimeOffset At, string Kind, string Subject, bool IsDecision, bool Same, string Recorded, string Derived);
