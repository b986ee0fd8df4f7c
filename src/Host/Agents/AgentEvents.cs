using ControlPlane.Domain;
using ControlPlane.Grains;
using ControlPlane.Grains.Health;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Host.Agents;

/// <summary>Hands on what happened to an agent's devices.</summary>
internal sealed class AgentEvents(IGrainFactory grains, TimeProvider clock, ILogger log)
{
    private long _heard;

    /// <summary>Hands on what was not heard before. Returns the number up to which all was; the agent repeats the rest.</summary>
    public async Task<long> HearAsync(NodeId node, RackId? rack, IEnumerable<DeviceEvent> events)
    {
        foreach (var happened in events.Where(one => one.Number > _heard).OrderBy(one => one.Number))
        {
            try
            {
                if (rack is null || await grains.Rack(rack.Value).Hall() is not { } hall)
                    break; // Nobody is in charge yet.
                await TellAsync(grains.Remedies(hall), GrainKeys.GpuOf(node, (int)happened.Device), happened);
                _heard = happened.Number;
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException or InvalidOperationException)
            {
                log.LogWarning(fault, "What happened to a device of {Node} is heard later", node);
                break;
            }
        }
        return _heard;
    }

    private async Task TellAsync(IRemedyGrain remedies, GpuId gpu, DeviceEvent happened)
    {
        switch (happened.Kind)
        {
            case "xid":
                await remedies.Report(new GpuFault(gpu, happened.Number, (int)Math.Min(happened.Code, int.MaxValue), clock.GetUtcNow(), happened.Detail));
                break;
            case "reset":
                await remedies.ResetEnded(gpu, happened.Order, happened.Detail);
                break;
            default:
                log.LogWarning("{Gpu}: an event of the unknown kind {Kind} is passed over", gpu, happened.Kind);
                break;
        }
    }
}
