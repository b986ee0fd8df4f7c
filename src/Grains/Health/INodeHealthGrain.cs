using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Health;

/// <summary>
/// What is known of a node's health. Key: <c>health/&lt;hall&gt;/&lt;node&gt;</c>. While an alert prevents allocations the hall
/// places nothing new on the node; what runs there stays. A node of which nobody has said anything is usable: a running hall
/// is not a pool of bare machines that must be admitted first.
/// </summary>
[Alias("INodeHealthGrain")]
public interface INodeHealthGrain : IGrainWithStringKey
{
    /// <summary>Takes what a source says, in place of what it said before. Older than that, it is ignored. Repeatable.</summary>
    [Alias("Report")]
    Task<HealthAnswer> Report(HealthStatement said);

    /// <summary>Forgets what a source said. Repeatable.</summary>
    [Alias("Clear")]
    Task<HealthAnswer> Clear(string source);

    /// <summary>Everything that is said, and what it comes to.</summary>
    [Alias("Get")]
    Task<HealthAnswer> Get();
}

/// <summary>What became of a report.</summary>
public enum HealthOutcome
{
    /// <summary>It counts, durably.</summary>
    Taken = 0,

    /// <summary>The source has said something newer.</summary>
    Ignored = 1,

    /// <summary>It cannot be right; nothing was changed.</summary>
    Refused = 2,

    /// <summary>The hall has no such node.</summary>
    UnknownNode = 3,
}

/// <summary>The answer to a report.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Message">What it comes to, for a person.</param>
/// <param name="Health">What is known now.</param>
[GenerateSerializer, Immutable, Alias("HealthAnswer")]
public sealed record HealthAnswer(
    [property: Id(0)] HealthOutcome Outcome,
    [property: Id(1)] string Message,
    [property: Id(2)] NodeHealth Health);

/// <summary>What is known of a node's health.</summary>
/// <param name="Node">The node.</param>
/// <param name="Statements">What each source says, by source.</param>
/// <param name="Merged">All of it as one; null when nobody has said anything.</param>
/// <param name="IsAllocatable">Whether health lets new work on the node; null when nobody has said anything.</param>
/// <param name="Condition">The node's condition in its hall.</param>
/// <param name="Because">What keeps new work off it; empty when nothing does.</param>
[GenerateSerializer, Immutable, Alias("NodeHealth")]
public sealed record NodeHealth(
    [property: Id(0)] NodeId Node,
    [property: Id(1)] ValueList<HealthStatement> Statements,
    [property: Id(2)] HealthStatement? Merged,
    [property: Id(3)] bool? IsAllocatable,
    [property: Id(4)] NodeCondition Condition,
    [property: Id(5)] string Because);
