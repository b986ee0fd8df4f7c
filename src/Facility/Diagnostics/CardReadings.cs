using ControlPlane.Domain.Devices;

namespace ControlPlane.Facility.Diagnostics;

/// <summary>What a device says of itself, as far as a diagnosis looks at it. Null is unknown.</summary>
public sealed record CardReadings
{
    /// <summary>Memory in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The CUDA version that the driver speaks: 1000 * major + 10 * minor; null without a driver.</summary>
    public int? DriverVersion { get; init; }

    /// <summary>Uncorrected ECC errors since the driver was loaded.</summary>
    public long? UncorrectedErrors { get; init; }

    /// <summary>Memory rows wait to be remapped at the next reset.</summary>
    public bool? RowsPending { get; init; }

    /// <summary>A remapping of memory rows failed.</summary>
    public bool? RowsFailed { get; init; }

    /// <summary>Why the clocks are lowered, as NVML's bits.</summary>
    public long? SlowedBecause { get; init; }

    /// <summary>Temperature of the die, degrees Celsius.</summary>
    public double? TemperatureCelsius { get; init; }

    /// <summary>Power drawn, watts.</summary>
    public double? PowerWatts { get; init; }

    /// <summary>The power limit in force, watts.</summary>
    public double? LimitWatts { get; init; }

    /// <summary>The power limit after a reset, watts.</summary>
    public double? DefaultLimitWatts { get; init; }

    /// <summary>What it says of its links; null for nothing.</summary>
    public CardLinks? Links { get; init; }

    /// <summary>The greater of both in temperature, power and limit, the links at the higher PCIe generation, and every reason for which either slowed down.</summary>
    public CardReadings OrMore(CardReadings other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with
        {
            TemperatureCelsius = Greater(TemperatureCelsius, other.TemperatureCelsius),
            PowerWatts = Greater(PowerWatts, other.PowerWatts),
            LimitWatts = Greater(LimitWatts, other.LimitWatts),
            Links = other.Links?.PcieGeneration > (Links?.PcieGeneration ?? 0) ? other.Links : Links,
            SlowedBecause = SlowedBecause is { } bits ? bits | (other.SlowedBecause ?? 0) : other.SlowedBecause,
        };
    }

    private static double? Greater(double? one, double? other) => one > other || other is null ? one : other;
}
