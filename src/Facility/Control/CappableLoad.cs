using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Facility.Control;

/// <summary>Equal GPUs of one job that get one cap: what they draw, what a cap costs them, and how much they may lose.</summary>
/// <param name="Name">For people.</param>
/// <param name="Gpus">How many, 1 or more.</param>
/// <param name="Curve">Throughput and draw by cap.</param>
/// <param name="Uncapped">What one of them would draw now without a cap, above 0.</param>
/// <param name="LeastCap">The lowest cap that the device accepts, above 0.</param>
/// <param name="MostCap">The device's own limit: the cap of a load that gives nothing.</param>
/// <param name="Flex">How much of its speed the job may lose.</param>
/// <param name="Weight">What a GPU's speed is worth against another's, 0 or more.</param>
public sealed record CappableLoad(
    string Name, int Gpus, CapCurve Curve, Watts Uncapped, Watts LeastCap, Watts MostCap, FlexClass Flex, double Weight = 1)
{
    /// <summary>Speed and draw of one GPU under a cap.</summary>
    /// <param name="cap">Above 0.</param>
    public CapPoint Under(Watts cap) => Curve.Under(cap, Uncapped);

    /// <summary>What they draw together under a cap.</summary>
    /// <param name="cap">Above 0.</param>
    public Watts DrawUnder(Watts cap) => Under(cap).Draw * (long)Gpus;
}
