using ControlPlane.Domain.Devices;

namespace ControlPlane.Hardware.Devices;

/// <summary>
/// One device that runs kernels. Submissions run in order, one at a time. After a fault that
/// <see cref="DeviceFaultException.IsSticky"/> says is sticky, only a new process can use the device.
/// </summary>
public interface IComputeDevice : IDisposable
{
    DeviceDescription Description { get; }

    /// <summary>What its sensors say now, also while a kernel runs.</summary>
    DeviceReadings Read();

    /// <summary>Sets the most that the device may draw, also while a kernel runs and after a sticky error; null sets the default again.</summary>
    /// <exception cref="DeviceFaultException">The device has no limit that can be set, this user may not set it, or it lies outside the accepted range.</exception>
    void LimitPower(double? watts);

    /// <summary>Waits for the next critical fault that the driver reports of the device, also while a kernel runs: its Xid number, or null when none comes in time.</summary>
    /// <param name="timeout">At most 10 s.</param>
    /// <exception cref="DeviceFaultException">Faults of this device are not reported here.</exception>
    int? WaitForFault(TimeSpan timeout) => throw new DeviceFaultException(DeviceFaultException.NotSupported, "FACTORY_NOT_SUPPORTED", "this device reports no faults");

    /// <summary>The version of the NCCL that this process uses with the device, such as 22304 for 2.23.4.</summary>
    /// <exception cref="DeviceFaultException">There is none for it; the message says why.</exception>
    int NcclVersion() => throw DeviceFaultException.WithoutNccl();

    /// <summary>Makes what the ranks that are to use NCCL together are told. The process must live as long as they do.</summary>
    /// <exception cref="DeviceFaultException">There is no NCCL, or it failed.</exception>
    byte[] NewNcclId() => throw DeviceFaultException.WithoutNccl();

    /// <summary>Begins to meet the other ranks, and returns before they have come.</summary>
    /// <exception cref="DeviceFaultException">There is no NCCL, or it failed.</exception>
    ICommunicator Join(NcclPlace place) => throw DeviceFaultException.WithoutNccl();

    /// <summary>Loads more kernels; a launch then names one of them <c>NAME/ENTRY</c>. They go with the device.</summary>
    /// <param name="name">1 to 64 characters without <c>/</c>.</param>
    /// <param name="ptx">Their PTX. What the driver says of PTX that it refuses is the exception's message.</param>
    /// <param name="bytes">Device memory that the PTX declares for itself.</param>
    /// <exception cref="DeviceFaultException">The device runs no PTX, or the driver refuses this.</exception>
    void LoadKernels(string name, string ptx, long bytes) =>
        throw new DeviceFaultException(DeviceFaultException.NotSupported, "FACTORY_NOT_SUPPORTED", "this device runs no PTX: a CUDA device is needed");

    /// <summary>Memory of the device. Its contents are not defined. Dispose it before the device.</summary>
    IDeviceBuffer Allocate(long bytes);

    /// <summary>
    /// Runs the launches and returns the seconds the device took. Cancelling gives up waiting; the kernel itself
    /// goes on, and ends at the latest with the device.
    /// </summary>
    Task<double> RunAsync(IReadOnlyList<KernelLaunch> launches, CancellationToken cancellation);
}

/// <summary>Null is unknown, never zero.</summary>
/// <param name="Utilisation">0 to 1.</param>
public readonly record struct DeviceReadings(double? PowerWatts, double? TemperatureCelsius, double? Utilisation, long? MemoryUsedBytes)
{
    /// <summary>The power limit that is set.</summary>
    public double? LimitWatts { get; init; }

    /// <summary>The lowest power limit that the device accepts.</summary>
    public double? LowestLimitWatts { get; init; }

    /// <summary>The highest power limit that the device accepts.</summary>
    public double? HighestLimitWatts { get; init; }

    /// <summary>The power limit after a reset.</summary>
    public double? DefaultLimitWatts { get; init; }

    /// <summary>Energy drawn since the driver was loaded.</summary>
    public double? EnergyJoules { get; init; }

    public double? SmClockMegahertz { get; init; }

    /// <summary>Why its clocks are lowered, as NVML's bits; 0 for no reason.</summary>
    public long? SlowedBecause { get; init; }

    /// <summary>Uncorrected ECC errors since the driver was loaded.</summary>
    public long? UncorrectedErrors { get; init; }

    /// <summary>Memory rows wait to be remapped at the next reset.</summary>
    public bool? RowsPending { get; init; }

    /// <summary>A remapping of memory rows failed.</summary>
    public bool? RowsFailed { get; init; }

    /// <summary>Temperature of the memory beside the die.</summary>
    public double? MemoryCelsius { get; init; }

    public double? MemoryClockMegahertz { get; init; }

    /// <summary>PCIe and NVLink; null when nothing is known of either.</summary>
    public CardLinks? Links { get; init; }
}

public interface IDeviceBuffer : IDisposable
{
    long Bytes { get; }

    /// <summary>What a kernel takes as its pointer argument.</summary>
    ulong Address { get; }

    void Upload(long offset, ReadOnlySpan<byte> source);

    void Download(long offset, Span<byte> target);
}

/// <summary>One kernel over a grid of blocks.</summary>
/// <param name="Arguments">One slot an argument, the value in its low bytes, as <see cref="KernelArgument"/> makes them.</param>
public sealed record KernelLaunch(string Kernel, int GridX, int GridY, int BlockX, IReadOnlyList<ulong> Arguments);

public static class KernelArgument
{
    public static ulong Of(int value) => (uint)value;

    public static ulong Of(long value) => (ulong)value;

    public static ulong Of(float value) => BitConverter.SingleToUInt32Bits(value);

    public static ulong Of(IDeviceBuffer buffer) => buffer.Address;
}
