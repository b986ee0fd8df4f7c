using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Interop;

/// <summary>A communicator of the native library.</summary>
internal sealed unsafe class NativeCommunicator : ICommunicator
{
    private readonly DeviceHandle _device;
    private readonly CommunicatorHandle _handle;

    private NativeCommunicator(DeviceHandle device, CommunicatorHandle handle) => (_device, _handle) = (device, handle);

    /// <summary>The version of the NCCL that is used.</summary>
    public static int Version()
    {
        RequireWanted();
        fixed (byte* library = NativeDevice.Utf8(ComputeLibrary.Nccl))
        {
            ComputeLibrary.Check(NativeMethods.NcclVersion(library, out var version));
            return version;
        }
    }

    public static byte[] NewId()
    {
        RequireWanted();
        var id = new byte[NcclPlace.IdBytes];
        fixed (byte* library = NativeDevice.Utf8(ComputeLibrary.Nccl), first = id)
            ComputeLibrary.Check(NativeMethods.NcclUniqueId(library, first, (uint)id.Length));
        return id;
    }

    public static NativeCommunicator Join(DeviceHandle device, NcclPlace place)
    {
        RequireWanted();
        ArgumentOutOfRangeException.ThrowIfNotEqual(place.Id.Length, NcclPlace.IdBytes);
        fixed (byte* library = NativeDevice.Utf8(ComputeLibrary.Nccl))
        {
            var options = new NativeMethods.CommunicatorOptions
            {
                Size = (uint)sizeof(NativeMethods.CommunicatorOptions),
                Rank = (uint)place.Rank,
                Ranks = (uint)place.Ranks,
                TimeoutMilliseconds = (uint)Math.Clamp(place.Limit.TotalMilliseconds, 1, uint.MaxValue),
                NcclLibrary = library,
            };
            place.Id.Span.CopyTo(new Span<byte>(options.UniqueId, NcclPlace.IdBytes));
            ComputeLibrary.Check(NativeMethods.CommunicatorCreate(device, options, out var handle), device);
            handle.Hold(device);
            return new NativeCommunicator(device, handle);
        }
    }

    public double Run(CollectiveOperation operation, IDeviceBuffer input, IDeviceBuffer output, long floats, int repetitions)
    {
        var (from, to) = (((NativeBuffer)input).Handle, ((NativeBuffer)output).Handle);
        var (isFromHeld, isToHeld) = (false, false);
        try
        {
            from.DangerousAddRef(ref isFromHeld);
            to.DangerousAddRef(ref isToHeld);
            var collective = new NativeMethods.Collective
            {
                Size = (uint)sizeof(NativeMethods.Collective),
                Operation = (uint)operation,
                Input = from.DangerousGetHandle(),
                Output = to.DangerousGetHandle(),
                Floats = (ulong)floats,
                Repetitions = (uint)repetitions,
            };
            ComputeLibrary.Check(NativeMethods.CommunicatorRun(_handle, collective, out var seconds), _device);
            return seconds;
        }
        finally
        {
            if (isFromHeld)
                from.DangerousRelease();
            if (isToHeld)
                to.DangerousRelease();
        }
    }

    public void Abort() => ComputeLibrary.Check(NativeMethods.CommunicatorAbort(_handle), _device);

    public void Dispose() => _handle.Dispose();

    private static void RequireWanted()
    {
        if (ComputeLibrary.Nccl == ComputeLibrary.NoNccl)
            throw new DeviceFaultException(DeviceFaultException.NoNccl, "FACTORY_NO_NCCL", $"{ComputeLibrary.NcclVariable} is \"{ComputeLibrary.NoNccl}\"");
    }
}
