using ControlPlane.Domain;

namespace ControlPlane.Grains.Gpus;

/// <summary>
/// Where the ranks of a gang's collective find each other. Key: <c>ring/&lt;job&gt;/&lt;generation&gt;</c>. Kept in memory: ranks
/// come again until all are told, so a new activation fills by itself.
/// </summary>
[Alias("IRingGrain")]
public interface IRingGrain : IGrainWithStringKey
{
    /// <summary>A rank says where it listens. Repeat-safe; what it said last holds.</summary>
    /// <param name="rank">0 to below <paramref name="ranks"/>.</param>
    /// <param name="ranks">How many there are.</param>
    /// <param name="place">Where it listens.</param>
    /// <returns>Where all listen, in order; empty until all have come.</returns>
    [Alias("Join")]
    Task<ValueList<RingPlace>> Join(int rank, int ranks, RingPlace place);
}

/// <summary>Where one rank listens.</summary>
/// <param name="Address">Such as <c>10.0.0.7:41234</c>.</param>
/// <param name="Secret">What who connects must know, in base 64.</param>
/// <param name="Machine">What tells machines apart.</param>
/// <param name="Name">What a person calls it.</param>
[GenerateSerializer, Immutable, Alias("RingPlace")]
public sealed record RingPlace(
    [property: Id(0)] string Address,
    [property: Id(1)] string Secret,
    [property: Id(2)] string Machine,
    [property: Id(3)] string Name)
{
    /// <summary>Which words of the ring it understands; 0 for those from before there were more.</summary>
    [Id(4)]
    public int Words { get; init; }

    /// <summary>What it says of NCCL; null where it is on no CUDA device, or knows nothing of it.</summary>
    [Id(5)]
    public RingNccl? Nccl { get; init; }
}

/// <summary>What a rank says of NCCL.</summary>
/// <param name="Version">10000 * major + 100 * minor + patch; 0 for none.</param>
/// <param name="Device">The device's UUID.</param>
/// <param name="Id">Rank 0's: by which all find each other, in base 64.</param>
/// <param name="Obstacle">Why it has none, for a person.</param>
[GenerateSerializer, Immutable, Alias("RingNccl")]
public sealed record RingNccl(
    [property: Id(0)] int Version,
    [property: Id(1)] string Device,
    [property: Id(2)] string Id,
    [property: Id(3)] string Obstacle);
