using System.Diagnostics;
using System.Runtime.InteropServices;

using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Managed;

/// <summary>
/// The kernels in plain C#, for machines without a C++ toolchain. Each rounds in the order of kernels.cu, so its
/// results equal the other devices' to the bit.
/// </summary>
internal sealed class ManagedDevice : IComputeDevice
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly CancellationTokenSource _closing = new();

    public DeviceDescription Description { get; } = new(
        "managed:0", "cpu", "managed reference device (C#, no native library)", "CPU-managed-0",
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, 1, 0, 0);

    public DeviceReadings Read() => default;

    public void LimitPower(double? watts) => throw new DeviceFaultException(DeviceFaultException.NotSupported, "", "this device has no power limit");

    public IDeviceBuffer Allocate(long bytes) => new ManagedBuffer(bytes);

    public async Task<double> RunAsync(IReadOnlyList<KernelLaunch> launches, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        await _oneAtATime.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Run(launches, either.Token), either.Token).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _closing.Cancel();

    private static double Run(IReadOnlyList<KernelLaunch> launches, CancellationToken stop)
    {
        var begin = Stopwatch.GetTimestamp();
        foreach (var launch in launches)
        {
            var block = ManagedKernels.BlockOf(launch.Kernel);
            var arguments = new KernelSlots(launch.Arguments);
            for (var y = 0; y < launch.GridY; y++)
            {
                stop.ThrowIfCancellationRequested();
                for (var x = 0; x < launch.GridX; x++)
                    block(arguments, x, y);
            }
        }
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}

internal sealed unsafe class ManagedBuffer : IDeviceBuffer
{
    private byte* _memory;

    public ManagedBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Bytes = bytes;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
    }

    ~ManagedBuffer() => Dispose();

    public long Bytes { get; }

    public ulong Address => (ulong)_memory;

    public void Upload(long offset, ReadOnlySpan<byte> source) => source.CopyTo(Range(offset, source.Length));

    public void Download(long offset, Span<byte> target) => Range(offset, target.Length).CopyTo(target);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        GC.SuppressFinalize(this);
    }

    private Span<byte> Range(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Bytes);
        return new(_memory + offset, length);
    }
}
