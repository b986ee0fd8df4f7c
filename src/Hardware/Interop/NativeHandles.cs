using System.Runtime.InteropServices;

namespace ControlPlane.Hardware.Interop;

internal sealed class DeviceHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => NativeMethods.DeviceClose(handle) == 0;
}

/// <summary>What a device must outlive.</summary>
internal abstract class HandleOfDevice() : SafeHandle(0, ownsHandle: true)
{
    private DeviceHandle? _device;

    public override bool IsInvalid => handle == 0;

    /// <summary>Keeps the device open until this is closed.</summary>
    public void Hold(DeviceHandle device)
    {
        var held = false;
        device.DangerousAddRef(ref held);
        _device = device;
    }

    protected abstract bool End();

    protected override bool ReleaseHandle()
    {
        var ended = End();
        _device?.DangerousRelease();
        return ended;
    }
}

internal sealed class BufferHandle : HandleOfDevice
{
    protected override bool End() => NativeMethods.BufferClose(handle) == 0;
}

internal sealed class CommunicatorHandle : HandleOfDevice
{
    protected override bool End() => NativeMethods.CommunicatorClose(handle) == 0;
}
