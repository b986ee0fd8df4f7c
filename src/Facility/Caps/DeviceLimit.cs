using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Caps;

/// <summary>A power limit and what its device accepts.</summary>
/// <param name="Device">The device's name.</param>
/// <param name="Limit">The limit in force.</param>
/// <param name="Least">The lowest limit that it accepts.</param>
/// <param name="Most">The highest limit that it accepts.</param>
public sealed record DeviceLimit(string Device, Watts Limit, Watts Least, Watts Most)
{
    /// <summary>Whether the device accepts a limit.</summary>
    public bool Accepts(Watts limit) => limit >= Least && limit <= Most;
}
