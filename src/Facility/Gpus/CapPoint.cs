using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Gpus;

/// <summary>What remains of a GPU's speed under a cap, and what it then draws.</summary>
/// <param name="Throughput">Over the uncapped throughput, 0 to 1.</param>
/// <param name="Draw">What the GPU draws.</param>
public readonly record struct CapPoint(double Throughput, Watts Draw)
{
    /// <summary>Time for the same work over the uncapped time; infinite when nothing is done.</summary>
    public double TimeRatio => Throughput > 0 ? 1 / Throughput : double.PositiveInfinity;
}
