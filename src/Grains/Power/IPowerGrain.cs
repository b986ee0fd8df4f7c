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
    Task<PowerLimitAnswer> SetLimit(PowerDomainId domain, Watts? limit, string reason);

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
    [property: Id(3)] DateTimeOffset At);
