using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Tests;

/// <summary>
/// The devices that every kernel test runs on. "cuda:0" is the driver double, which interprets the PTX, or with
/// <c>GPU_TESTS=cuda</c> the machine's own GPU: then what only the double can do is skipped.
/// </summary>
public static partial class TestDevices
{
    public static readonly string FaultFile = Path.Combine(Path.GetTempPath(), $"factory-fault-{Environment.ProcessId}");

    public static readonly string[] All = ["managed:0", "cpu-fibres:0", "cpu:0", "cuda:0"];

    private static readonly bool RealGpu = Environment.GetEnvironmentVariable("GPU_TESTS") == "cuda";

    [ModuleInitializer]
    internal static void UseTheDouble()
    {
        if (RealGpu)
            return;
        Environment.SetEnvironmentVariable("FACTORY_CUDA_LIBRARY", "double");
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
