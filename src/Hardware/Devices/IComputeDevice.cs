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
public readonly record struct DeviceReadings(double? PowerWatts, double? TemperatureCelsius, double? Utilisation, long? MemoryUsedBytes);

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
