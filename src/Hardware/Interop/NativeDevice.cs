using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

using ControlPlane.Domain.Devices;
using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Interop;

/// <summary>A device of the native library: CUDA, or this machine's processors.</summary>
internal sealed unsafe class NativeDevice : IComputeDevice
{
    private readonly DeviceHandle _handle;

    private NativeDevice(DeviceHandle handle, string id)
    {
        _handle = handle;
        Description = Describe(handle, id);
    }

    public DeviceDescription Description { get; }

    public static int Count(uint backend)
    {
        fixed (byte* driver = Utf8(ComputeLibrary.CudaDriver))
        {
            ComputeLibrary.Check(NativeMethods.DeviceCount(backend, driver, out var count));
            return (int)count;
        }
    }

    /// <param name="kernels">PTX, for CUDA.</param>
    public static NativeDevice Open(uint backend, int index, string id, string? kernels)
    {
        fixed (byte* driver = Utf8(ComputeLibrary.CudaDriver), ptx = Utf8(kernels), nvml = Utf8(ComputeLibrary.Nvml))
        {
            var options = new NativeMethods.DeviceOptions
            {
                Size = (uint)sizeof(NativeMethods.DeviceOptions),
                Backend = backend,
                Index = (uint)index,
                Threads = ComputeLibrary.CpuThreads,
                DriverLibrary = driver,
                Ptx = ptx,
                NvmlLibrary = nvml,
            };
            ComputeLibrary.Check(NativeMethods.DeviceOpen(options, out var handle));
            return new NativeDevice(handle, id);
        }
    }

    public void LoadKernels(string name, string ptx, long bytes)
    {
        fixed (byte* first = Utf8(name), text = Utf8(ptx))
            ComputeLibrary.Check(NativeMethods.DeviceLoad(_handle, first, text), _handle);
    }

    public IDeviceBuffer Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        ComputeLibrary.Check(NativeMethods.BufferCreate(_handle, (ulong)bytes, out var buffer), _handle);
        buffer.Hold(_handle);
        return new NativeBuffer(_handle, buffer, bytes);
    }

    public Task<double> RunAsync(IReadOnlyList<KernelLaunch> launches, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(launches.Count);
        var submission = new Submission(_handle);
        var context = GCHandle.Alloc(submission);
        try
        {
            Submit(launches, GCHandle.ToIntPtr(context));
        }
        catch
        {
            context.Free(); // The library calls back only for what it accepted.
            throw;
        }
        return submission.Task.WaitAsync(cancellation);
    }

    public DeviceReadings Read()
    {
        var readings = new NativeMethods.Readings { Size = (uint)sizeof(NativeMethods.Readings) };
        ComputeLibrary.Check(NativeMethods.DeviceRead(_handle, ref readings), _handle);
        return new(
            Known(readings.PowerWatts), Known(readings.TemperatureCelsius), Known(readings.Utilisation), Counted(readings.MemoryUsedBytes))
        {
            LimitWatts = Known(readings.LimitWatts),
            LowestLimitWatts = Known(readings.LowestLimitWatts),
            HighestLimitWatts = Known(readings.HighestLimitWatts),
            DefaultLimitWatts = Known(readings.DefaultLimitWatts),
            EnergyJoules = Known(readings.EnergyJoules),
            SmClockMegahertz = Known(readings.SmClockMegahertz),
            SlowedBecause = Counted(readings.SlowedBecause),
            UncorrectedErrors = Counted(readings.UncorrectedErrors),
            RowsPending = readings.RowsPending < 0 ? null : readings.RowsPending > 0,
            RowsFailed = readings.RowsFailed < 0 ? null : readings.RowsFailed > 0,
            MemoryCelsius = Known(readings.MemoryTemperatureCelsius),
            MemoryClockMegahertz = Known(readings.MemoryClockMegahertz),
            Links = LinksOf(readings),
        };
    }

    private static CardLinks? LinksOf(in NativeMethods.Readings readings)
    {
        var links = new CardLinks
        {
            PcieGeneration = (int?)Counted(readings.PcieGeneration),
            PcieLanes = (int?)Counted(readings.PcieLanes),
            MostPcieGeneration = (int?)Counted(readings.MostPcieGeneration),
            MostPcieLanes = (int?)Counted(readings.MostPcieLanes),
            PcieReplays = Counted(readings.PcieReplays),
            NvLinks = (int?)Counted(readings.NvLinks),
            NvLinksUp = (int?)Counted(readings.NvLinksUp),
            NvLinkErrors = Counted(readings.NvLinkErrors),
            NvLinkCrcErrors = Counted(readings.NvLinkCrcErrors),
            NvLinkSentBytes = Counted(readings.NvLinkSentBytes),
            NvLinkReceivedBytes = Counted(readings.NvLinkReceivedBytes),
        };
        return links.IsUnknown() ? null : links;
    }

    private static double? Known(double value) => value < 0 ? null : value;

    private static long? Counted(long value) => value < 0 ? null : value;

    public void LimitPower(double? watts) => ComputeLibrary.Check(NativeMethods.DeviceLimit(_handle, watts ?? 0), _handle);

    public int? WaitForFault(TimeSpan timeout)
    {
        ComputeLibrary.Check(NativeMethods.DeviceFault(_handle, (uint)timeout.TotalMilliseconds, out var xid), _handle);
        return xid is >= 0 and <= int.MaxValue ? (int)xid : null;
    }

    public int NcclVersion() => IsCuda ? NativeCommunicator.Version() : throw DeviceFaultException.WithoutNccl();

    public byte[] NewNcclId() => IsCuda ? NativeCommunicator.NewId() : throw DeviceFaultException.WithoutNccl();

    public ICommunicator Join(NcclPlace place) => NativeCommunicator.Join(_handle, place);

    public void Dispose() => _handle.Dispose();

    private bool IsCuda => Description.Kind == "cuda";

    private void Submit(IReadOnlyList<KernelLaunch> launches, nint context)
    {
        var natives = new NativeMethods.Launch[launches.Count];
        var names = launches.Select(launch => GCHandle.Alloc(Utf8(launch.Kernel), GCHandleType.Pinned)).ToArray();
        var arguments = launches.Select(launch => GCHandle.Alloc(launch.Arguments.ToArray(), GCHandleType.Pinned)).ToArray();
        try
        {
            for (var i = 0; i < natives.Length; i++)
            {
                natives[i] = new NativeMethods.Launch
                {
                    Size = (uint)sizeof(NativeMethods.Launch),
                    GridX = (uint)launches[i].GridX,
                    GridY = (uint)launches[i].GridY,
                    BlockX = (uint)launches[i].BlockX,
                    Kernel = (byte*)names[i].AddrOfPinnedObject(),
                    Arguments = (ulong*)arguments[i].AddrOfPinnedObject(),
                    ArgumentCount = (uint)launches[i].Arguments.Count,
                };
            }
            fixed (NativeMethods.Launch* first = natives)
                ComputeLibrary.Check(NativeMethods.Submit(_handle, first, (uint)natives.Length, &Complete, context), _handle);
        }
        finally
        {
            foreach (var pin in names.Concat(arguments))
                pin.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Complete(nint context, int status, double seconds)
    {
        var handle = GCHandle.FromIntPtr(context);
        var submission = (Submission)handle.Target!;
        handle.Free();
        submission.Complete(status, seconds);
    }

    private static DeviceDescription Describe(DeviceHandle handle, string id)
    {
        var info = new NativeMethods.DeviceInfo { Size = (uint)sizeof(NativeMethods.DeviceInfo) };
        ComputeLibrary.Check(NativeMethods.DeviceDescribe(handle, ref info), handle);
        var name = Marshal.PtrToStringUTF8((nint)info.Name) ?? "";
        var uuid = Marshal.PtrToStringUTF8((nint)info.Uuid) ?? "";
        return new DeviceDescription(
            id,
            info.Backend == NativeMethods.BackendCuda ? "cuda" : "cpu",
            name, uuid, (long)info.MemoryBytes, (int)info.Multiprocessors, info.DriverVersion, (int)info.Capability);
    }

    internal static byte[]? Utf8(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text + '\0');

    // Continuations run elsewhere: one that closed the device here would have the library's thread wait for itself.
    private sealed class Submission(DeviceHandle device)
    {
        private readonly TaskCompletionSource<double> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<double> Task => _done.Task;

        public void Complete(int status, double seconds)
        {
            if (status == 0)
                _done.TrySetResult(seconds);
            else
                _done.TrySetException(FaultOf(status));
        }

        // The device may be closing, and its handle no longer fit for use, when its last submission ends.
        private DeviceFaultException FaultOf(int status)
        {
            try
            {
                return ComputeLibrary.Fault(status, device);
            }
            catch (ObjectDisposedException)
            {
                return new DeviceFaultException(status, "", "the device was closed while a kernel ran");
            }
        }
    }
}

internal sealed unsafe class NativeBuffer(DeviceHandle device, BufferHandle handle, long bytes) : IDeviceBuffer
{
    public BufferHandle Handle => handle;

    public long Bytes => bytes;

    public ulong Address
    {
        get
        {
            ComputeLibrary.Check(NativeMethods.BufferAddress(handle, out var address));
            return address;
        }
    }

    public void Upload(long offset, ReadOnlySpan<byte> source)
    {
        fixed (byte* first = source)
            ComputeLibrary.Check(NativeMethods.BufferUpload(handle, (ulong)offset, first, (ulong)source.Length), device);
    }

    public void Download(long offset, Span<byte> target)
    {
        fixed (byte* first = target)
            ComputeLibrary.Check(NativeMethods.BufferDownload(handle, (ulong)offset, first, (ulong)target.Length), device);
    }

    public void Dispose() => handle.Dispose();
}
