using ControlPlane.Domain;
using ControlPlane.Domain.Devices;

namespace ControlPlane.Grains.Racks;

/// <summary>A reading of one device; null is unknown, never zero.</summary>
/// <param name="Gpu">The device.</param>
/// <param name="Watts">What it draws.</param>
/// <param name="Celsius">Its temperature.</param>
/// <param name="Utilisation">0 to 1.</param>
/// <param name="Failed">True when it is not usable.</param>
/// <param name="Detail">Why, for a person.</param>
[GenerateSerializer, Immutable, Alias("GpuSample")]
public sealed record GpuSample(
    [property: Id(0)] GpuId Gpu,
    [property: Id(1)] double? Watts,
    [property: Id(2)] double? Celsius,
    [property: Id(3)] double? Utilisation,
    [property: Id(4)] bool Failed,
    [property: Id(5)] string Detail)
{
    /// <summary>The power limit that is set on it, as it says itself.</summary>
    [Id(6)]
    public double? LimitWatts { get; init; }

    /// <summary>Why a cap does not hold as it was ordered; empty while it does.</summary>
    [Id(7)]
    public string LimitDetail { get; init; } = "";

    /// <summary>The power limit that the lease that runs was last told to keep, in watts; 0 for the device's own.</summary>
    [Id(11)]
    public double LeaseCapWatts { get; init; }

    /// <summary>Energy drawn since the driver was loaded, in joules; null while unknown.</summary>
    [Id(20)]
    public double? EnergyJoules { get; init; }

    /// <summary>Clock of its processors, in MHz; null while unknown.</summary>
    [Id(21)]
    public double? SmClockMegahertz { get; init; }

    /// <summary>Why its clocks are lowered, as NVML's bits, 0 for no reason; null while unknown.</summary>
    [Id(22)]
    public long? SlowedBecause { get; init; }

    /// <summary>Uncorrected ECC errors since the driver was loaded; null while unknown.</summary>
    [Id(23)]
    public long? UncorrectedErrors { get; init; }

    /// <summary>Memory rows wait to be remapped at the next reset; null while unknown.</summary>
    [Id(24)]
    public bool? RowsPending { get; init; }

    /// <summary>A remapping of memory rows failed; null while unknown.</summary>
    [Id(25)]
    public bool? RowsFailed { get; init; }

    /// <summary>Temperature of the memory beside its die, Celsius; null while unknown.</summary>
    [Id(26)]
    public double? MemoryCelsius { get; init; }

    /// <summary>Clock of its memory, in MHz; null while unknown.</summary>
    [Id(27)]
    public double? MemoryClockMegahertz { get; init; }

    /// <summary>Its links; null while unknown.</summary>
    [Id(28)]
    public CardLinks? Links { get; init; }

    /// <summary>Share of its steps that the running program has done, 0 to 1; null while none runs.</summary>
    [Id(8)]
    public double? Progress { get; init; }

    /// <summary>The running program's newest loss; null before the first.</summary>
    [Id(9)]
    public double? Loss { get; init; }

    /// <summary>Device memory that the running work holds, in bytes; null while none runs.</summary>
    [Id(10)]
    public long? JobMemoryBytes { get; init; }
}
