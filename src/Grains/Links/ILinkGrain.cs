using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using Orleans.Concurrency;

namespace ControlPlane.Grains.Links;

/// <summary>
/// One trunk of a fabric. Key: <c>link/&lt;hall&gt;/&lt;name&gt;</c>. It is in use while operators leave it so, it was last read as up,
/// and it does not flap. A trunk that nobody reads is what operators say.
/// </summary>
[Alias("ILinkGrain")]
public interface ILinkGrain : IGrainWithStringKey
{
    /// <summary>Takes the trunk out of use, or vouches for it; durable. Vouching ends a hold for flapping, not a carrier that is read as down.</summary>
    [Alias("SetUp")]
    Task<LinkAnswer> SetUp(bool up, string reason);

    /// <summary>Takes a reading. What it carries is kept in memory; going down and coming back is durable.</summary>
    /// <param name="up">Whether it carries traffic; null when unknown.</param>
    /// <param name="receiveGbps">What it carries downward, toward the racks, Gbit/s; null when unknown.</param>
    /// <param name="transmitGbps">What it carries upward, Gbit/s; null when unknown.</param>
    /// <param name="errors">Errors since the reading before; null when unknown.</param>
    [Alias("Observe")]
    Task<LinkAnswer> Observe(bool? up, double? receiveGbps, double? transmitGbps, long? errors);

    /// <summary>A collective whose gang holds bandwidth on it has measured its ring. Kept in memory.</summary>
    [Alias("ObserveRing")]
    Task ObserveRing(RingReading ring);

    /// <summary>What the hall has reserved on it.</summary>
    [OneWay, Alias("Reserved")]
    Task Reserved(long revision, GigabitsPerSecond reserved, GigabitsPerSecond capacity);

    /// <summary>What is known of it.</summary>
    [Alias("Get")]
    Task<LinkStatus> Get();
}

/// <summary>What came of a change or a reading.</summary>
/// <param name="Objection">Why nothing was done, or null.</param>
/// <param name="Up">Whether it is in use now.</param>
/// <param name="Because">Why not; empty while it is.</param>
[GenerateSerializer, Immutable, Alias("LinkAnswer")]
public sealed record LinkAnswer(
    [property: Id(0)] string? Objection,
    [property: Id(1)] bool Up,
    [property: Id(2)] string Because);

/// <summary>What is known of a trunk.</summary>
/// <param name="Link">The trunk.</param>
/// <param name="Up">False while out of use.</param>
/// <param name="Reason">Why an operator set it so.</param>
/// <param name="Reserved">Bandwidth that gangs hold on it.</param>
/// <param name="Capacity">Its bandwidth.</param>
[GenerateSerializer, Immutable, Alias("LinkStatus")]
public sealed record LinkStatus(
    [property: Id(0)] LinkId Link,
    [property: Id(1)] bool Up,
    [property: Id(2)] string Reason,
    [property: Id(3)] GigabitsPerSecond Reserved,
    [property: Id(4)] GigabitsPerSecond Capacity)
{
    /// <summary>Why it is out of use; empty while it is in use.</summary>
    [Id(5)]
    public string Because { get; init; } = "";

    /// <summary>What was last read; null when that is too long ago.</summary>
    [Id(6)]
    public LinkReading? Reading { get; init; }

    /// <summary>When it went down, as far as that still counts.</summary>
    [Id(7)]
    public ValueList<DateTimeOffset> Falls { get; init; }

    /// <summary>The newest collective that was measured across it, or null.</summary>
    [Id(8)]
    public RingReading? Ring { get; init; }
}

/// <summary>What a collective measured of its ring.</summary>
/// <param name="Job">The job.</param>
/// <param name="BusGigabytesPerSecond">Bus bandwidth as nccl-tests define it, in GB/s.</param>
/// <param name="What">The operation, its bytes and ranks, for a person.</param>
/// <param name="ReadAt">When it was heard.</param>
[GenerateSerializer, Immutable, Alias("RingReading")]
public sealed record RingReading(
    [property: Id(0)] JobId Job,
    [property: Id(1)] double BusGigabytesPerSecond,
    [property: Id(2)] string What,
    [property: Id(3)] DateTimeOffset ReadAt);
