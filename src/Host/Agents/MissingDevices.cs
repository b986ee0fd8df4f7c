using ControlPlane.Domain;
using ControlPlane.Facility.Health;
using ControlPlane.Grains;
using ControlPlane.Grains.Health;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Host.Agents;

/// <summary>Says in a node's health that its agent has found no device, so that nothing waits there for one, and why.</summary>
internal static class MissingDevices
{
    private const string Source = "agent";

    /// <summary>False while nobody is in charge of the node: to be said again.</summary>
    public static async Task<bool> TellAsync(IGrainFactory grains, Hello hello, RackId? rack, DateTimeOffset now)
    {
        if (rack is null || await grains.Rack(rack.Value).Hall() is not { } hall)
            return false;
        var health = grains.Health(hall, new NodeId(hello.Node));
        if (hello.Devices.Count > 0)
        {
            await health.Clear(Source);
            return true;
        }
        var why = hello.Remarks.Count == 0 ? "its agent has found no device" : "its agent has found no device: " + string.Join("; ", hello.Remarks);
        await health.Report(new HealthStatement(
            Source, HealthMode.Report, now, [], [new HealthFinding(new HealthPart("Devices", null), null, why, [HealthAlert.PreventAllocations])]));
        return true;
    }
}
