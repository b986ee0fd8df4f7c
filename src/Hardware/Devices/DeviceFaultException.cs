using System.Globalization;

namespace ControlPlane.Hardware.Devices;

/// <summary>A device or the compute library refused or failed. 1..999 are the CUDA driver's own codes.</summary>
public sealed class DeviceFaultException(int code, string name, string message) : Exception(message)
{
    // From 1000 the library's own, as in factory_gpu.h.
    internal const int BadParameter = 1000;
    internal const int NoDriver = 1001;
    internal const int NoDevice = 1002;
    internal const int NoKernel = 1003;
    internal const int DivergentBarrier = 1004;
    internal const int OutOfMemory = 1005;
    internal const int Stopped = 1006;
    internal const int BadHandle = 1007;
    internal const int NotSupported = 1008;
    internal const int NotPermitted = 1009;
    internal const int NoNccl = 1020;
    internal const int NcclFailed = 1021;
    internal const int TimedOut = 1022;

    public int Code { get; } = code;

    /// <summary>The driver's name of the code, such as <c>CUDA_ERROR_ILLEGAL_ADDRESS</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The stable name that work reports carry.</summary>
    public string ErrorCode => Code switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"cuda-{Code}"),
        BadParameter or NoKernel or BadHandle => "bad-parameter",
        DivergentBarrier => "divergent-barrier",
        OutOfMemory => "out-of-memory",
        Stopped => "stopped",
        NoDriver or NoDevice => "no-device",
        NotSupported or NoNccl => "not-supported",
        NcclFailed => "nccl-failed",
        TimedOut => "timed-out",
        NotPermitted => "not-permitted",
        _ => "internal",
    };

    /// <summary>The driver's context is lost: only a new process can use the device.</summary>
    public bool IsSticky => IsStickyCode(Code);

    /// <summary>The device itself is not to be trusted until an operator has looked: memory, link, or gone.</summary>
    public bool IsDeviceFailure => Code is 46 or 214 or 220;

    /// <summary>Whether a report's error code stands for a sticky fault.</summary>
    public static bool Poisons(string errorCode)
    {
        const string prefix = "cuda-";
        return errorCode.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(errorCode.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && IsStickyCode(code);
    }

    internal static DeviceFaultException WithoutNccl() => new(NoNccl, "FACTORY_NO_NCCL", "NCCL joins CUDA devices; this is none");

    private static bool IsStickyCode(int code) => code is 46 or 214 or 220 or (>= 700 and <= 719 and not 701) or 999;
}
