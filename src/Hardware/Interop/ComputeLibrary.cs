using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

using ControlPlane.Hardware.Devices;

namespace ControlPlane.Hardware.Interop;

/// <summary>Finds the native library, checks its version, and turns its status codes into exceptions.</summary>
internal static unsafe class ComputeLibrary
{
    public const string DirectoryVariable = "FACTORY_NATIVE_DIRECTORY";
    public const string CudaVariable = "FACTORY_CUDA_LIBRARY";
    public const string NvmlVariable = "FACTORY_NVML_LIBRARY";
    public const string NcclVariable = "FACTORY_NCCL_LIBRARY";

    /// <summary>What <see cref="NcclVariable"/> says to do without NCCL.</summary>
    public const string NoNccl = "none";

    /// <summary>How many threads the CPU device has: from 1 to 1024, left out for one a processor.</summary>
    public const string ThreadsVariable = "FACTORY_CPU_THREADS";

    private const uint MostThreads = 1024;
    private const string FileName = "libfactory_gpu.so";

    private static readonly Lazy<string?> LoadFailure = new(Load);

    /// <summary>Null when the library can be used; otherwise why not.</summary>
    public static string? WhyUnavailable => LoadFailure.Value;

    /// <summary>The CUDA driver's file, or null for the system's own. "double" stands for the double beside us.</summary>
    public static string? CudaDriver => Chosen(CudaVariable, "libfactory_cuda_double.so");

    /// <summary>NVML's file, chosen in the same way.</summary>
    public static string? Nvml => Chosen(NvmlVariable, "libfactory_nvml_double.so");

    /// <summary>NCCL's file, chosen in the same way; <see cref="NoNccl"/> for none.</summary>
    public static string? Nccl => Chosen(NcclVariable, "libfactory_nccl_double.so");

    /// <summary>0 for one a processor.</summary>
    public static uint CpuThreads
    {
        get
        {
            var text = Environment.GetEnvironmentVariable(ThreadsVariable);
            if (string.IsNullOrEmpty(text))
                return 0;
            return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads is >= 1 and <= MostThreads
                ? threads
                : throw new DeviceFaultException(
                    DeviceFaultException.BadParameter, "FACTORY_BAD_PARAMETER", $"{ThreadsVariable} is \"{text}\"; a whole number from 1 to {MostThreads} would be right.");
        }
    }

    public static string Ptx { get; } = ReadPtx();

    public static string? Find(string file) => Places().Select(place => Path.Combine(place, file)).FirstOrDefault(File.Exists);

    /// <summary>Throws what the status means; success passes.</summary>
    public static void Check(int status, DeviceHandle? device = null)
    {
        if (status != 0)
            throw Fault(status, device);
    }

    public static DeviceFaultException Fault(int status, DeviceHandle? device)
    {
        const int capacity = 2048;
        var text = stackalloc byte[capacity];
        text[0] = 0;
        if (device is { IsClosed: false, IsInvalid: false })
            _ = NativeMethods.DeviceError(device, text, capacity);
        else
            _ = NativeMethods.OpeningError(0, text, capacity);
        var name = Marshal.PtrToStringUTF8((nint)NativeMethods.StatusName(status)) ?? "";
        var detail = Marshal.PtrToStringUTF8((nint)text) ?? "";
        return new DeviceFaultException(status, name, detail.Length > 0 ? detail : name);
    }

    private static string? Chosen(string variable, string doubleFile)
    {
        var name = Environment.GetEnvironmentVariable(variable);
        return name == "double" ? Find(doubleFile) : string.IsNullOrEmpty(name) ? null : name;
    }

    private static string? Load()
    {
        if (Find(FileName) is null)
            return $"{FileName} is not beside the program; it is built where cmake and a C++17 compiler are installed";
        NativeLibrary.SetDllImportResolver(typeof(ComputeLibrary).Assembly, Resolve);
        try
        {
            var version = NativeMethods.GetAbiVersion();
            return version == NativeMethods.AbiVersion
                ? null
                : $"the compute library has interface version {version}, this program needs {NativeMethods.AbiVersion}";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return $"the compute library does not load: {e.Message}";
        }
    }

    // The runtime looks into runtimes/<rid>/native only for packages, not for referenced projects.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != NativeMethods.Library)
            return 0;
        var file = Find(FileName);
        return file is null ? 0 : NativeLibrary.Load(file);
    }

    private static IEnumerable<string> Places()
    {
        if (Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } chosen)
        {
            yield return chosen;
            yield break;
        }
        var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "osx" : "win";
        var processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", $"{system}-{processor}", "native");
        yield return AppContext.BaseDirectory;
    }

    private static string ReadPtx()
    {
        using var stream = typeof(ComputeLibrary).Assembly.GetManifestResourceStream("kernels.ptx")
            ?? throw new InvalidOperationException("The assembly lacks its kernels.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
