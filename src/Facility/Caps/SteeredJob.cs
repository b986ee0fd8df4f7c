using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;

namespace ControlPlane.Facility.Caps;

/// <summary>A job whose power limit is steered.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Gpus">How many GPUs it holds, 1 or more.</param>
/// <param name="Curve">What a cap costs such work.</param>
/// <param name="Draw">What each of its GPUs draws without a cap, above 0.</param>
/// <param name="TokensPerSecond">What each of its GPUs makes without a cap, 0 or more.</param>
/// <param name="LeastCap">The lowest limit that the device accepts, above 0.</param>
public sealed record SteeredJob(string Name, int Gpus, CapCurve Curve, Watts Draw, double TokensPerSecond, Watts LeastCap)
{
    /// <summary>What the job makes and draws under a cap on each of its GPUs.</summary>
    public (double TokensPerSecond, Watts Draw) Under(Watts cap)
    {
        var point = Curve.Under(cap, Draw);
        return (point.Throughput * TokensPerSecond * Gpus, point.Draw * (long)Gpus);
    }
}
