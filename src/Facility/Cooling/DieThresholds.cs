using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Cooling;

/// <summary>Temperatures at which a GPU protects itself.</summary>
/// <param name="MostOperating">The most it should run at.</param>
/// <param name="Slowdown">From here it throttles.</param>
/// <param name="Shutdown">From here it switches off.</param>
public sealed record DieThresholds(Celsius MostOperating, Celsius Slowdown, Celsius Shutdown)
{
    /// <summary>An A100 SXM4 of 80 GB: 85, 89 and 92 C, read from one real card (influxdata/telegraf, nvidia_smi test data).</summary>
    public static DieThresholds A100Sxm80 { get; } = new(Celsius.FromDegrees(85), Celsius.FromDegrees(89), Celsius.FromDegrees(92));

    /// <summary>What the GPU does at a temperature.</summary>
    public DieState At(Celsius die)
    {
        if (die >= Shutdown)
            return DieState.Off;
        if (die >= Slowdown)
            return DieState.Throttled;
        return die > MostOperating ? DieState.Hot : DieState.Normal;
    }
}
