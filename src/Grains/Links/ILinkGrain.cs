using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using Orleans.Concurrency;

namespace ControlPlane.Grains.Links;

/// <summary>One trunk of a fabric. Key: <c>link/&lt;hall&gt;/&lt;name&gt;</c>.</summary>
[Alias("ILinkGrain")]
public interface ILinkGrain : IGrainWithStringKey
{
    /// <summary>Takes the trunk out of use for new gangs, or back; durable. Null when done, else the objection.</summary>
    [Alias("SetUp")]
    Task<string?> SetUp(bool up, string reason);

    /// <summary>What the hall has reserved on it.</summary>
    [OneWay, Alias("Reserved")]
    Task Reserved(long revision, GigabitsPerSecond reserved, GigabitsPerSecond capacity);

    /// <summary>What is known of it.</summary>
    [Alias("Get")]
    Task<LinkStatus> Get();
}

/// <summary>What is known of a trunk.</summary>
/// <param name="Link">The trunk.</param>
/// <param name="Up">False while out of use.</param>
/// <param name="Reason">Why it was set so.</param>
/// <param name="Reserved">Bandwidth that gangs hold on it.</param>
/// <param name="Capacity">Its bandwidth.</param>
[GenerateSerializer, Immutable, Alias("LinkStatus")]
public sealed record LinkStatus(
    [property: Id(0)] LinkId Link,
    [property: Id(1)] bool Up,
    [property: Id(2)] string Reason,
    [property: Id(3)] GigabitsPerSecond Reserved,
    [property: Id(4)] GigabitsPerSecond Capacity);
