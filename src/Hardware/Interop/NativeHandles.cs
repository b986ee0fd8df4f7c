using System.Runtime.InteropServices;

namespace ControlPlane.Hardware.Interop;

internal sealed class DeviceHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => NativeMethods.DeviceClose(handle) == 0;
}

internal sealed class BufferHandle() : SafeHandle(0, ownsHandle: true)
{
    private DeviceHandle? _device;

    public override bool IsInvalid => handle == 0;

    /// <summary>Keeps the device open until this buffer is closed.</summary>
    public void Hold(DeviceHandle device)
    {
        var held = false;
        device.DangerousAddRef(ref held);
        _device = device;
    }

    protected override bool ReleaseHandle()
    {
        var closed = NativeMethods.BufferClose(handle) == 0;
        _device?.DangerousRelease();
        return closed;
    }
}
