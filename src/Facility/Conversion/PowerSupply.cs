using ControlPlane.Domain.Units;
using ControlPlane.Facility.Curves;

namespace ControlPlane.Facility.Conversion;

/// <summary>Power supplies that share a load: their efficiency follows how much of their capacity is used.</summary>
public sealed class PowerSupply
{
    /// <summary>Makes supplies.</summary>
    /// <param name="capacity">What they deliver together, above 0.</param>
    /// <param name="efficiency">Efficiency (above 0, at most 1) by load over capacity.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public PowerSupply(Watts capacity, MeasuredCurve efficiency)
    {
        Require.Positive(capacity.Value, nameof(capacity));
        foreach (var (load, share) in efficiency.Points)
        {
            Require.NotNegative(load, nameof(efficiency));
            Require.PositiveShare(share, nameof(efficiency));
        }
        Capacity = capacity;
        EfficiencyCurve = efficiency;
    }

    /// <summary>
    /// A server supply of the titanium grade: 88.6 % at a twentieth of its load, 96.4 % at half, 95.6 % at all of it
    /// (InferenceX system power model, which calls itself a draft).
    /// </summary>
    public static MeasuredCurve Titanium { get; } = new([(0.05, 0.8864), (0.1, 0.9238), (0.2, 0.9448), (0.5, 0.964), (1, 0.9556)]);

    /// <summary>What they deliver together.</summary>
    public Watts Capacity { get; }

    /// <summary>Efficiency by load over capacity.</summary>
    public MeasuredCurve EfficiencyCurve { get; }

    /// <summary>Efficiency at a load.</summary>
    /// <param name="outputWatts">0 to the capacity.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than the supplies deliver.</exception>
    public double Efficiency(double outputWatts) => Require.NotNegative(outputWatts) <= Capacity.Value
        ? EfficiencyCurve.At(outputWatts / Capacity.Value)
        : throw new ArgumentOutOfRangeException(nameof(outputWatts), outputWatts, $"The supplies deliver {Capacity} at most.");

    /// <summary>What they take to deliver a power.</summary>
    /// <param name="output">0 to the capacity.</param>
    public Watts Input(Watts output) => Watts.FromWatts(output.Value / Efficiency(output.Value));
}
