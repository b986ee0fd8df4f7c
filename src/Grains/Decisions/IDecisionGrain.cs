namespace ControlPlane.Grains.Decisions;

/// <summary>
/// Looks at a hall's past decisions: it reads the ledger from its beginning and derives a decision again from the inputs
/// it had. It never touches the hall itself. Key: <c>hall/&lt;name&gt;</c>.
/// </summary>
[Alias("IDecisionGrain")]
public interface IDecisionGrain : IGrainWithStringKey
{
    /// <summary>Derives the decision of an entry again and compares; null when the ledger has no such entry.</summary>
    /// <param name="sequence">Number of the entry, as events show it.</param>
    [Alias("Replay")]
    Task<ReplayedDecision?> Replay(long sequence);
}

/// <summary>A recorded decision beside what the same inputs give today.</summary>
/// <param name="Sequence">Number of the entry.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Kind">What kind of entry, such as <c>JobPlaced</c>.</param>
/// <param name="Subject">What it is about, such as <c>Job/train-7</c>.</param>
/// <param name="IsDecision">False for a fact that was reported or ordered: there is nothing to derive.</param>
/// <param name="Same">True when it came out the same in every field.</param>
/// <param name="Recorded">The decision as recorded, in words.</param>
/// <param name="Derived">The decision as derived now, in words; empty when it is none.</param>
[GenerateSerializer, Immutable, Alias("ReplayedDecision")]
public sealed record ReplayedDecision(
    [property: Id(0)] long Sequence, [property: Id(1)] DateTimeOffset At, [property: Id(2)] string Kind,
    [property: Id(3)] string Subject, [property: Id(4)] bool IsDecision, [property: Id(5)] bool Same,
    [property: Id(6)] string Recorded, [property: Id(7)] string Derived);
