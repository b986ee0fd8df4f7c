using System.Diagnostics;

using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Collectives;

/// <summary>Round our own ring, through this machine's memory.</summary>
internal sealed unsafe class RingWay : ICollectiveWay
{
    private readonly Ring _ring;
    private readonly CollectiveRequest _request;
    private readonly HostFloats _from;
    private readonly HostFloats _to;

    public RingWay(IComputeDevice device, Ring ring, CollectiveRequest request, IDeviceBuffer input, IDeviceBuffer output) =>
        (_ring, _request, _from, _to) = (ring, request, new HostFloats(device, input), new HostFloats(device, output));

    public double Repeat(int times)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
            Once();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    private void Once()
    {
        var count = _request.Bytes / sizeof(float);
        _from.Fetch();
        switch (_request.Operation)
        {
            case CollectiveOperation.AllReduce:
                _ring.AllReduce(_from.First, _to.First, count);
                break;
            case CollectiveOperation.AllGather:
                _ring.AllGather(_from.First, _to.First, count);
                break;
            default:
                _ring.Broadcast(_from.First, _to.First, count);
                break;
        }
        _to.Put();
    }
}
