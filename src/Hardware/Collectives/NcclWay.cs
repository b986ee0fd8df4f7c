using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Collectives;

/// <summary>
/// By NCCL, from device to device. Meanwhile the ring's connections tell who has ended: NCCL itself may wait for a lost rank
/// for ever, and does not name it.
/// </summary>
internal sealed class NcclWay : ICollectiveWay
{
    /// <summary>How long a rank whose NCCL failed listens whether the failure began elsewhere.</summary>
    private static readonly TimeSpan Hearing = TimeSpan.FromSeconds(1);

    private readonly Ring _ring;
    private readonly CollectiveRequest _request;
    private readonly IDeviceBuffer _input;
    private readonly IDeviceBuffer _output;
    private readonly ICommunicator _communicator;

    public NcclWay(IComputeDevice device, Ring ring, CollectiveRequest request, IDeviceBuffer input, IDeviceBuffer output)
    {
        (_ring, _request, _input, _output) = (ring, request, input, output);
        // Longer than ranks may be silent on the ring: one that is not there any more is named before.
        var place = new NcclPlace(ring.Members[0].Nccl!.Id, ring.Rank, ring.Size, ring.Silence * 1.5);
        _communicator = ring.Guarded(() => OrBroken(() => device.Join(place)));
    }

    public double Repeat(int times) => _ring.Guarded(() => OrBroken(() =>
    {
        var work = Task.Factory.StartNew(
            () => _communicator.Run(_request.Operation, _input, _output, _request.Bytes / sizeof(float), times),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _ring.Watch().Await(work, _communicator.Abort, _ring.Silence);
        return work.GetAwaiter().GetResult();
    }));

    public void Dispose() => _communicator.Dispose();

    // What NCCL says goes round the ring in this rank's name; what the device says is for its owner.
    private T OrBroken<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (DeviceFaultException e) when (e.Code is DeviceFaultException.NoNccl or DeviceFaultException.NcclFailed or DeviceFaultException.TimedOut)
        {
            _ring.Watch().Linger(Hearing);
            throw new CollectiveFaultException($"{_ring.Self}: {e.Message}", e);
        }
    }
}
