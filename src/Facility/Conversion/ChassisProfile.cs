using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Conversion;

/// <summary>An eight-GPU chassis: what it draws beside its GPUs.</summary>
/// <param name="Name">The GPU model it is named after, such as <c>h100</c>.</param>
/// <param name="FixedPower">CPUs, memory, boards and adapters, all of it direct current.</param>
/// <param name="Fans">Its fans.</param>
/// <param name="Supply">Its power supplies.</param>
/// <param name="Pue">The facility's ratio for this cooling.</param>
/// <param name="Source">Where the figures come from.</param>
public sealed record ChassisProfile(string Name, Watts FixedPower, FanBank Fans, PowerSupply Supply, PowerUsage Pue, string Source)
{
    /// <summary>What the chassis draws while its GPUs draw something.</summary>
    /// <param name="gpus">All GPUs together, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than its supplies deliver.</exception>
    public ChassisPower At(Watts gpus)
    {
        Require.NotNegative(gpus.Value, nameof(gpus));
        var beforeFans = gpus + FixedPower;
        var fans = Fans.PowerWatts(beforeFans);
        var direct = beforeFans.Value + fans;
        var efficiency = Supply.Efficiency(direct);
        var alternating = direct / efficiency;
        return new ChassisPower(
            beforeFans.Value, Fans.Speed(beforeFans), fans, direct, efficiency, alternating, alternating * Pue.Ratio(Watts.FromWatts(alternating)));
    }
}
