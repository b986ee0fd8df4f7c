using ControlPlane.Domain.Units;

namespace ControlPlane.Simulation.Twin;

/// <summary>A job's GPUs in one rack; they are alike in everything.</summary>
/// <param name="job">The job.</param>
/// <param name="rack">Index of the rack.</param>
/// <param name="gpus">How many GPUs.</param>
public sealed class TwinPart(TwinJob job, int rack, int gpus)
{
    /// <summary>The job.</summary>
    public TwinJob Job { get; } = job;

    /// <summary>Index of the rack.</summary>
    public int Rack { get; internal set; } = rack;

    /// <summary>The rack it is on its way to, or -1.</summary>
    public int MovesTo { get; internal set; } = -1;

    /// <summary>How many GPUs.</summary>
    public int Gpus { get; } = gpus;

    /// <summary>The cap in force of each GPU.</summary>
    public Watts Cap { get; internal set; } = Watts.FromWatts(1e6);

    /// <summary>The cap that one signal puts in force.</summary>
    public Watts Failsafe { get; internal set; } = Watts.FromWatts(1e6);

    /// <summary>True while the armed cap is in force.</summary>
    public bool IsFailsafeOn { get; internal set; }

    /// <summary>Die temperature.</summary>
    public Celsius Die { get; internal set; }

    /// <summary>True while the device itself throttles because it is too hot.</summary>
    public bool IsThrottled { get; internal set; }

    /// <summary>What one GPU draws.</summary>
    public double DrawWatts { get; internal set; }

    /// <summary>Speed of one GPU over its uncapped speed.</summary>
    public double Throughput { get; internal set; }

    /// <summary>The lower of both caps.</summary>
    public Watts InForce => IsFailsafeOn && Failsafe < Cap ? Failsafe : Cap;
}
