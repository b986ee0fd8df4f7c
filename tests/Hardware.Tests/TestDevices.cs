using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Tests;

/// <summary>
/// The devices that every kernel test runs on. "cuda:0" is the driver double, which interprets the PTX, or with
/// <c>GPU_TESTS=cuda</c> the machine's own GPU: then what only the double can do is skipped.
/// </summary>
public static partial class TestDevices
{
    public static readonly string FaultFile = Path.Combine(Path.GetTempPath(), $"factory-fault-{Environment.ProcessId}");

    public static readonly string NcclFaultFile = Path.Combine(Path.GetTempPath(), $"factory-nccl-fault-{Environment.ProcessId}");

    public static readonly string[] All = ["managed:0", "cpu-fibres:0", "cpu:0", "cuda:0"];

    private static readonly bool RealGpu = Environment.GetEnvironmentVariable("GPU_TESTS") == "cuda";

    [ModuleInitializer]
    internal static void UseTheDouble()
    {
        if (RealGpu)
            return;
        Environment.SetEnvironmentVariable("FACTORY_CUDA_LIBRARY", "double");
        Environment.SetEnvironmentVariable("FACTORY_NCCL_LIBRARY", "double");
        SetNative("FACTORY_DOUBLE_DEVICES", "4");
        SetNative("FACTORY_DOUBLE_NCCL_FAULT_FILE", NcclFaultFile);
        SetNative("FACTORY_DOUBLE_FAULT_FILE", FaultFile);
    }

    /// <summary>Sets a variable where native code sees it: the runtime keeps its own copy of the environment.</summary>
    public static void SetNative(string name, string value) => _ = SetEnvironment(name, value, 1);

    public static IComputeDevice Open(string id)
    {
        if (!id.StartsWith("managed", StringComparison.Ordinal))
            RequireNative();
        return DeviceCatalogue.Open(id);
    }

    /// <summary>For what the double is ordered to suffer, and for what would end a real device's context.</summary>
    public static IComputeDevice OpenDouble(string id)
    {
        RequireDouble(id);
        return Open(id);
    }

    public static void RequireDouble(string id) =>
        Skip.If(RealGpu && id.StartsWith("cuda", StringComparison.Ordinal), "GPU_TESTS=cuda: this is for the driver double alone");

    /// <summary>For ranks on devices of their own. Of real GPUs there may be too few, or no NCCL.</summary>
    public static void RequireNccl(int ranks)
    {
        RequireNative();
        if (!RealGpu)
            return;
        var devices = DeviceCatalogue.Discover(DeviceChoice.Cuda).Devices;
        Skip.If(devices.Count < ranks, $"GPU_TESTS=cuda: there are {devices.Count} GPUs, and {ranks} ranks need one each");
        using var device = Open("cuda:0");
        if (NcclMember.Of(device, 1) is { Obstacle.Length: > 0 } lacking)
            Skip.If(true, $"GPU_TESTS=cuda: {lacking.Obstacle}");
    }

    /// <summary>Without a toolchain the native devices cannot exist; with one their absence is a failure.</summary>
    public static void RequireNative()
    {
        if (DeviceCatalogue.WhyNoNativeLibrary is not { } reason)
            return;
        Skip.If(!OnPath("cmake") || !(OnPath("c++") || OnPath("g++") || OnPath("clang++")), $"no C++ toolchain here: {reason}");
        Assert.Fail(reason);
    }

    public static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    public static void OrderFault(string fault) => File.WriteAllText(FaultFile, fault);

    /// <summary>Of a rank, such as <c>hangs@1:3</c>.</summary>
    public static void OrderNcclFault(string fault) => File.WriteAllText(NcclFaultFile, fault);

    /// <summary>Waits until an ordered fault has struck: one that nobody took would strike the next test.</summary>
    public static async Task FaultStruckAsync()
    {
        while (File.Exists(FaultFile))
            await Task.Yield();
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}

/// <summary>The double's faults and context belong to the whole process, so device tests run one after another.</summary>
[CollectionDefinition("devices", DisableParallelization = true)]
public sealed class DeviceTests;
