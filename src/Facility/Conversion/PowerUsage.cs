using ControlPlane.Domain.Units;
using ControlPlane.Facility.Curves;

namespace ControlPlane.Facility.Conversion;

/// <summary>
/// Power usage effectiveness: what the meter counts over what the equipment draws. It changes with the load, since part
/// of the overhead does not shrink.
/// </summary>
public sealed class PowerUsage
{
    private readonly MeasuredCurve _byWatts;

    private PowerUsage(MeasuredCurve byWatts)
    {
        foreach (var (watts, pue) in byWatts.Points)
        {
            Require.NotNegative(watts, nameof(byWatts));
            Require.AtLeast(pue, 1, nameof(byWatts));
        }
        _byWatts = byWatts;
    }

    /// <summary>Air-cooled halls: 1.3 (InferenceX system power model).</summary>
    public static PowerUsage Air { get; } = Constant(1.3);

    /// <summary>Direct liquid cooling: 1.1 (InferenceX system power model).</summary>
    public static PowerUsage DirectLiquid { get; } = Constant(1.1);

    /// <summary>The same ratio at every load.</summary>
    /// <param name="ratio">1 or more.</param>
    public static PowerUsage Constant(double ratio) => new(new MeasuredCurve([(0, ratio)]));

    /// <summary>A measured ratio by load.</summary>
    /// <param name="points">Equipment's power and the ratio there (1 or more), by rising power.</param>
    public static PowerUsage Measured(IEnumerable<(Watts Equipment, double Ratio)> points) =>
        new(new MeasuredCurve(points.Select(point => (point.Equipment.Value, point.Ratio))));

    /// <summary>An overhead that does not shrink and one that follows the load.</summary>
    /// <param name="fixedOverhead">0 or more.</param>
    /// <param name="share">Overhead per watt of load, 0 or more.</param>
    /// <param name="equipment">The load.</param>
    /// <returns>What the meter counts.</returns>
    public static Watts AtMeter(Watts fixedOverhead, double share, Watts equipment)
    {
        Require.NotNegative(fixedOverhead.Value, nameof(fixedOverhead));
        Require.NotNegative(equipment.Value, nameof(equipment));
        return fixedOverhead + equipment * (1 + Require.NotNegative(share));
    }

    /// <summary>The ratio at a load.</summary>
    /// <param name="equipment">0 or more.</param>
    public double Ratio(Watts equipment) => _byWatts.At(Require.NotNegative(equipment.Value, nameof(equipment)));

    /// <summary>What the meter counts.</summary>
    /// <param name="equipment">0 or more.</param>
    public Watts AtMeter(Watts equipment) => equipment * Ratio(equipment);
}
