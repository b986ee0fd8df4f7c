using ControlPlane.Domain.Units;
using ControlPlane.Facility.Conversion;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// A reduction that was promised at the meter. Cutting the equipment's power by a share cuts the meter by less, because
/// overhead does not shrink as fast: the ratio of the two rises as load falls (GridPilot, arXiv:2605.26384).
/// </summary>
/// <param name="Baseline">Meter before.</param>
/// <param name="Share">Share of it that was promised, 0 to 1.</param>
public sealed record MeterCommitment(Watts Baseline, double Share)
{
    /// <summary>What the meter may show.</summary>
    public Watts Target => Baseline * (1 - Require.Share(Share));

    /// <summary>What was delivered.</summary>
    /// <param name="meter">What the meter shows.</param>
    public Watts Delivered(Watts meter) => Baseline - meter;

    /// <summary>What is missing, zero when the promise is kept.</summary>
    /// <param name="meter">What the meter shows.</param>
    public Watts Shortfall(Watts meter) => meter > Target ? meter - Target : Watts.Zero;

    /// <summary>The most that the equipment may draw so that the promise is kept; null when no draw keeps it.</summary>
    /// <param name="pue">The facility's ratio by load; the meter must not fall as the equipment's draw rises.</param>
    public Watts? EquipmentFor(PowerUsage pue)
    {
        var (low, high) = (0L, Target.Milliwatts);
        if (pue.AtMeter(Watts.Zero) > Target)
            return null;
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            (low, high) = pue.AtMeter(Watts.FromMilliwatts(middle)) <= Target ? (middle, high) : (low, middle - 1);
        }
        return Watts.FromMilliwatts(low);
    }
}
