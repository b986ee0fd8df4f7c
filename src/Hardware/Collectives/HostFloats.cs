using System.Runtime.InteropServices;

using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Collectives;

/// <summary>
/// A device's buffer as the processor sees it: the memory itself on CPU devices; elsewhere a copy that is fetched from the
/// device and put back, which counts into the time.
/// </summary>
internal sealed unsafe class HostFloats : IDisposable
{
    private readonly IDeviceBuffer _buffer;
    private readonly byte* _copy;

    public HostFloats(IComputeDevice device, IDeviceBuffer buffer)
    {
        _buffer = buffer;
        if (device.Description.Kind != "cpu")
            _copy = (byte*)NativeMemory.AlignedAlloc((nuint)buffer.Bytes, 64);
    }

    public float* First => _copy is null ? (float*)_buffer.Address : (float*)_copy;

    /// <summary>Brings the device's contents here, where they are elsewhere.</summary>
    public void Fetch()
    {
        for (long offset = 0; _copy is not null && offset < _buffer.Bytes; offset += KernelOutput.PieceBytes)
            _buffer.Download(offset, Part(offset));
    }

    /// <summary>Brings these contents to the device, where they are elsewhere.</summary>
    public void Put()
    {
        for (long offset = 0; _copy is not null && offset < _buffer.Bytes; offset += KernelOutput.PieceBytes)
            _buffer.Upload(offset, Part(offset));
    }

    public void Dispose() => NativeMemory.AlignedFree(_copy);

    private Span<byte> Part(long offset) => new(_copy + offset, (int)Math.Min(KernelOutput.PieceBytes, _buffer.Bytes - offset));
}
