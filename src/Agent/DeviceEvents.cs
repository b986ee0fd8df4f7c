using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent;

/// <summary>Events in the words of agent.proto.</summary>
internal static class DeviceEvents
{
    /// <summary>The driver reports a critical fault.</summary>
    public static DeviceEvent Fault(uint device, int xid) => new() { Device = device, Kind = "xid", Code = (uint)xid };

    /// <summary>A reset that was ordered is over.</summary>
    /// <param name="device">The device.</param>
    /// <param name="order">The order's number.</param>
    /// <param name="objection">Why it failed; empty when it did not.</param>
    public static DeviceEvent Reset(uint device, long order, string objection) => new() { Device = device, Kind = "reset", Order = order, Detail = objection };
}
