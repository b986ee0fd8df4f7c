using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Grains.Power;

/// <summary>One feed tree: the limits asked for in it, kept durably and told to the hall. Key: <c>feed/&lt;hall&gt;/&lt;root&gt;</c>.</summary>
[Alias("IPowerGrain")]
public interface IPowerGrain : IGrainWithStringKey
{
    /// <summary>Asks for a limit of a domain of this tree; null restores the layout's own limit.</summary>
    [Alias("SetLimit")]
    Task<PowerLimitAnswer> SetLimit(PowerDomainId domain, Watts? limit, string reason, LimitUrgency urgency = LimitUrgency.Lower);

    /// <summary>
    /// Has the tree follow load targets of the grid, durably, instead of those before: the one in force limits the root
    /// beside what operators ask for, and the lower of both holds. To be called again when one begins or ends.
    /// </summary>
    [Alias("Follow")]
    Task<PowerLimitAnswer> Follow(ValueList<FeedTarget> targets);

    /// <summary>The load targets that the tree follows.</summary>
    [Alias("Targets")]
    Task<ValueList<FeedTarget>> Targets();

    /// <summary>Keeps the breach of a load target that is open, or (null) that none is.</summary>
    [Alias("Note")]
    Task Note(FeedBreach? open);

    /// <summary>The breach that is open, or null.</summary>
    [Alias("Breach")]
    Task<FeedBreach?> Breach();

    /// <summary>The limits asked for.</summary>
    [Alias("Get")]
    Task<ValueList<RequestedLimit>> Get();
}

/// <summary>A limit that somebody asked for.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">Since when.</param>
[GenerateSerializer, Immutable, Alias("RequestedLimit")]
public sealed record RequestedLimit(
    [property: Id(0)] PowerDomainId Domain,
    [property: Id(1)] Watts Limit,
    [property: Id(2)] string Reason,
    [property: Id(3)] DateTimeOffset At)
{
    /// <summary>What is done for it beyond lowering flexible jobs.</summary>
    [Id(4)]
    public LimitUrgency Urgency { get; init; }
}

/// <summary>A load target of the grid.</summary>
/// <param name="CorrelationId">The name under which it was sent.</param>
/// <param name="Limit">The most that the feed may draw; its default when null.</param>
/// <param name="Start">When it begins.</param>
/// <param name="End">When it ends; null when it holds until another one replaces it.</param>
/// <param name="IsBestEffort">Shed what can be shed without ending work.</param>
[GenerateSerializer, Immutable, Alias("FeedTarget")]
public sealed record FeedTarget(
    [property: Id(0)] string CorrelationId,
    [property: Id(1)] Watts? Limit,
    [property: Id(2)] DateTimeOffset Start,
    [property: Id(3)] DateTimeOffset? End,
    [property: Id(4)] bool IsBestEffort);
