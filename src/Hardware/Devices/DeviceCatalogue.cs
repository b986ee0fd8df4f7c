using System.Globalization;

using ControlPlane.Hardware.Interop;
using ControlPlane.Hardware.Managed;

namespace ControlPlane.Hardware.Devices;

public enum DeviceChoice
{
    /// <summary>The CUDA devices if there are any, otherwise the CPU device.</summary>
    Auto,
    Cpu,
    Cuda,
}

/// <param name="Remarks">Why a kind of device is missing, for a person.</param>
public sealed record DiscoveredDevices(IReadOnlyList<DeviceDescription> Devices, IReadOnlyList<string> Remarks);

/// <summary>
/// Finds and opens this machine's devices. Loads the CUDA driver into the calling process: only an executor or a
/// short-lived discovery process should call it.
/// </summary>
public static class DeviceCatalogue
{
    /// <summary>Null when the compute library is usable; otherwise why only the managed reference device is.</summary>
    public static string? WhyNoNativeLibrary => ComputeLibrary.WhyUnavailable;

    /// <summary>The program that starts tenants' processes, or null when it is not beside the compute library.</summary>
    public static string? ConfineProgram => ComputeLibrary.Find("factory_confine");

    public static DiscoveredDevices Discover(DeviceChoice choice)
    {
        var remarks = new List<string>();
        var devices = choice == DeviceChoice.Cpu ? [] : Cuda(remarks);
        if (devices.Count == 0 && choice != DeviceChoice.Cuda)
            devices = [Cpu(remarks)];
        return new(devices, remarks);
    }

    /// <param name="id"><c>cuda:N</c>, <c>cpu:0</c>, <c>cpu-fibres:0</c> (exact block semantics, slow) or <c>managed:0</c>.</param>
    public static IComputeDevice Open(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var parts = id.Split(':');
        if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw new ArgumentException($"\"{id}\" names no device; \"cuda:0\", \"cpu:0\", \"cpu-fibres:0\" and \"managed:0\" would.", nameof(id));
        if (parts[0] == "managed" && index == 0)
            return new ManagedDevice();
        var backend = parts[0] switch
        {
            "cuda" => NativeMethods.BackendCuda,
            "cpu" => NativeMethods.BackendCpu,
            "cpu-fibres" => NativeMethods.BackendCpuFibres,
            _ => throw new ArgumentException($"\"{parts[0]}\" is no kind of device; cuda, cpu, cpu-fibres and managed are.", nameof(id)),
        };
        if (ComputeLibrary.WhyUnavailable is { } reason)
            throw new DeviceFaultException(DeviceFaultException.NoDevice, "FACTORY_NO_DEVICE", reason);
        return NativeDevice.Open(backend, index, id, backend == NativeMethods.BackendCuda ? ComputeLibrary.Ptx : null);
    }

    private static List<DeviceDescription> Cuda(List<string> remarks)
    {
        if (ComputeLibrary.WhyUnavailable is { } reason)
        {
            remarks.Add($"CUDA devices are not used: {reason}");
            return [];
        }
        try
        {
            return [.. Enumerable.Range(0, NativeDevice.Count(NativeMethods.BackendCuda)).Select(index => DescribeIfOpen(FormattableString.Invariant($"cuda:{index}")))];
        }
        catch (DeviceFaultException e)
        {
            remarks.Add($"CUDA devices are not used: {e.Message}");
            return [];
        }
    }

    private static DeviceDescription Cpu(List<string> remarks)
    {
        if (ComputeLibrary.WhyUnavailable is not { } reason)
            return Describe("cpu:0");
        remarks.Add($"Kernels run on the managed reference device: {reason}");
        return Describe("managed:0");
    }

    // One card that does not open leaves the others of its node at work.
    private static DeviceDescription DescribeIfOpen(string id)
    {
        try
        {
            return Describe(id);
        }
        catch (DeviceFaultException e) when (e.Code != DeviceFaultException.NoDriver)
        {
            return new DeviceDescription(id, "cuda", "", "", 0, 0, 0, 0) { Obstacle = e.Message };
        }
    }

    private static DeviceDescription Describe(string id)
    {
        using var device = Open(id);
        return device.Description;
    }
}
