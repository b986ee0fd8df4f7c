using ControlPlane.Domain.Jobs;

namespace ControlPlane.Hardware.Devices;

/// <summary>
/// A device of which one job has a part: counts the memory that the job holds, and refuses what would exceed its part.
/// Thread safe as far as the device is. Disposing it leaves the device open.
/// </summary>
/// <param name="limitBytes">Most that the job may hold at a time.</param>
public sealed class MeteredDevice(IComputeDevice device, long limitBytes) : IComputeDevice
{
    private readonly Lock _lock = new();
    private long _held;
    private long _peak;

    /// <inheritdoc/>
    public DeviceDescription Description => device.Description;

    /// <summary>What the job holds now, in bytes.</summary>
    public long HeldBytes
    {
        get
        {
            lock (_lock)
                return _held;
        }
    }

    /// <summary>The most that it ever held, in bytes.</summary>
    public long PeakBytes
    {
        get
        {
            lock (_lock)
                return _peak;
        }
    }

    /// <inheritdoc/>
    public DeviceReadings Read() => device.Read();

    /// <inheritdoc/>
    public void LimitPower(double? watts)
    {
        if (Limiting is { } limiting)
            limiting(watts);
        else
            device.LimitPower(watts);
    }

    /// <summary>Sets power limits in the device's stead, for whoever holds it to caps; null for the device itself.</summary>
    public Action<double?>? Limiting { private get; init; }

    /// <inheritdoc/>
    public void LoadKernels(string name, string ptx, long bytes)
    {
        Take(bytes);
        try
        {
            device.LoadKernels(name, ptx, bytes);
        }
        catch
        {
            Return(bytes);
            throw;
        }
    }

    /// <inheritdoc/>
    public IDeviceBuffer Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Take(bytes);
        try
        {
            return new Metered(this, device.Allocate(bytes));
        }
        catch
        {
            Return(bytes);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<double> RunAsync(IReadOnlyList<KernelLaunch> launches, CancellationToken cancellation) => device.RunAsync(launches, cancellation);

    /// <inheritdoc/>
    public int NcclVersion() => device.NcclVersion();

    /// <inheritdoc/>
    public byte[] NewNcclId() => device.NewNcclId();

    /// <inheritdoc/>
    public ICommunicator Join(NcclPlace place) => new Joined(device.Join(place));

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Take(long bytes)
    {
        lock (_lock)
        {
            if (bytes > limitBytes - _held)
            {
                throw new DeviceFaultException(
                    DeviceFaultException.OutOfMemory, "FACTORY_OUT_OF_MEMORY",
                    FormattableString.Invariant($"the job may hold {limitBytes} bytes of {Description.Name}; it holds {_held} and asks for {bytes} more"));
            }
            _held += bytes;
            _peak = Math.Max(_peak, _held);
        }
    }

    private void Return(long bytes)
    {
        lock (_lock)
            _held -= bytes;
    }

    private sealed class Joined(ICommunicator communicator) : ICommunicator
    {
        public double Run(CollectiveOperation operation, IDeviceBuffer input, IDeviceBuffer output, long floats, int repetitions) =>
            communicator.Run(operation, ((Metered)input).Inner, ((Metered)output).Inner, floats, repetitions);

        public void Abort() => communicator.Abort();

        public void Dispose() => communicator.Dispose();
    }

    private sealed class Metered(MeteredDevice meter, IDeviceBuffer buffer) : IDeviceBuffer
    {
        private int _isDisposed;

        public IDeviceBuffer Inner => buffer;

        public long Bytes => buffer.Bytes;

        public ulong Address => buffer.Address;

        public void Upload(long offset, ReadOnlySpan<byte> source) => buffer.Upload(offset, source);

        public void Download(long offset, Span<byte> target) => buffer.Download(offset, target);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
                return;
            buffer.Dispose();
            meter.Return(buffer.Bytes);
        }
    }
}
