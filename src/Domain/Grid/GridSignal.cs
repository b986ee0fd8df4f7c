using Orleans;

namespace ControlPlane.Domain.Grid;

/// <summary>What a grid says of its energy over time. A point holds until the next; the last one as long as the one before it.</summary>
/// <param name="By">What deferrable jobs go by.</param>
/// <param name="Points">The points, at rising instants; at least one.</param>
[GenerateSerializer, Immutable, Alias("GridSignal")]
public sealed record GridSignal([property: Id(0)] SignalKind By, [property: Id(1)] ValueList<SignalPoint> Points);

/// <summary>What energy is like from an instant on.</summary>
/// <param name="From">The instant.</param>
/// <param name="PricePerMwh">Its price for a megawatt-hour, in the grid's currency; null when unknown. May be negative.</param>
/// <param name="GramsPerKwh">Carbon dioxide that comes with a kilowatt-hour, in grams; null when unknown.</param>
[GenerateSerializer, Immutable, Alias("SignalPoint")]
public readonly record struct SignalPoint(
    [property: Id(0)] DateTimeOffset From, [property: Id(1)] decimal? PricePerMwh, [property: Id(2)] decimal? GramsPerKwh);

/// <summary>What is to be little.</summary>
public enum SignalKind
{
    /// <summary>The price.</summary>
    Price = 0,

    /// <summary>Carbon dioxide.</summary>
    Carbon = 1,
}
