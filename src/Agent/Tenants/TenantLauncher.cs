using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

using ControlPlane.Agent.Execution;
using ControlPlane.Hardware.Devices;

namespace ControlPlane.Agent.Tenants;

/// <summary>
/// How a tenant's process is started: by <c>factory_confine</c>, as another user, without network, other processes or files
/// that can be written, within limits of memory and time, and with nothing of the agent's environment but what devices need.
/// </summary>
internal static class TenantLauncher
{
    /// <summary>What the launcher ends with of its own; other statuses are the process's.</summary>
    public const int ExitSetup = 120, ExitMemory = 121, ExitTime = 122, ExitCpu = 123;

    /// <summary>Namespaces as the launcher calls them.</summary>
    public const string Processes = "processes", Network = "network";

    // What the compute library, the CUDA driver and the runtime look at. Not the loader's preloads, nor any secret.
    private static readonly string[] Passed =
        ["FACTORY_NATIVE_DIRECTORY", "FACTORY_CUDA_LIBRARY", "FACTORY_NVML_LIBRARY", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "LD_LIBRARY_PATH", "DOTNET_ROOT"];

    private const string DoublePrefix = "FACTORY_DOUBLE_";

    /// <summary>Managed memory: far more than an executor's own data, and small beside the whole.</summary>
    private const long MostHeapBytes = 256L << 20;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Starts an executor of a device for work that may take so long.</summary>
    public static ProcessStartInfo Start(TenantUser user, string device, TimeSpan timeout, string socket, string memory)
    {
        var executor = AgentProgram.Start(redirectOutput: false, "executor", "--device", device, "--socket", "fd:3", "--memory", "fd:4");
        // Waiting for a kernel costs no processor; twice the time lets a runtime's own threads work beside it.
        var seconds = (long)Math.Ceiling((timeout + Grace).TotalSeconds);
        var start = Launcher(user,
            "--memory", user.MemoryBytes.ToString(CultureInfo.InvariantCulture), "--cpu-seconds", (2 * seconds).ToString(CultureInfo.InvariantCulture),
            "--seconds", seconds.ToString(CultureInfo.InvariantCulture), "--socket", socket, "--shared", memory, "--", Absolute(executor.FileName));
        foreach (var argument in executor.ArgumentList)
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_GCHeapHardLimit"] = Math.Min(MostHeapBytes, user.MemoryBytes / 4).ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // No debugger's socket.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // It needs a file that grows.
        start.Environment["CUDA_CACHE_DISABLE"] = "1";
        start.Environment["HOME"] = "/nonexistent";
        return start;
    }

    /// <summary>What keeps tenants' processes from running here; and what of their confinement this machine does not permit.</summary>
    /// <param name="user">The user.</param>
    /// <param name="secret">Files and folders that it must not be able to read.</param>
    public static async Task<(IReadOnlyList<string> Objections, IReadOnlyList<string> Missing)> CheckAsync(TenantUser user, IEnumerable<string> secret)
    {
        if (DeviceCatalogue.ConfineProgram is null)
            return (["factory_confine is not beside the compute library; it is built with it"], []);
        var executor = AgentProgram.Start(redirectOutput: false);
        var start = Launcher(user, "--check");
        foreach (var path in executor.ArgumentList.Prepend(Absolute(executor.FileName)).Append(DeviceCatalogue.ConfineProgram))
            Add(start, "--needed", path);
        foreach (var path in secret)
            Add(start, "--secret", path);
        start.RedirectStandardOutput = true;
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = await process.StandardError.ReadToEndAsync().ConfigureAwait(false);
            await process.WaitForExitAsync().ConfigureAwait(false);
            var permitted = (await output.ConfigureAwait(false)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return process.ExitCode == 0
                ? ([], [.. new[] { Processes, Network }.Except(permitted)])
                : ([.. errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).DefaultIfEmpty($"the check ended with {process.ExitCode}")], []);
        }
        catch (Win32Exception e)
        {
            return ([$"{start.FileName} does not start: {e.Message}"], []);
        }
    }

    private static ProcessStartInfo Launcher(TenantUser user, params string[] arguments)
    {
        var start = new ProcessStartInfo(DeviceCatalogue.ConfineProgram!) { UseShellExecute = false, RedirectStandardError = true };
        foreach (var argument in new[] { "--user", user.User.ToString(CultureInfo.InvariantCulture), "--group", user.Group.ToString(CultureInfo.InvariantCulture) }.Concat(arguments))
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => !Passed.Contains(name) && !name.StartsWith(DoublePrefix, StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        return start;
    }

    private static void Add(ProcessStartInfo start, string option, string value)
    {
        start.ArgumentList.Add(option);
        start.ArgumentList.Add(value);
    }

    // The launcher looks for no program on a path.
    private static string Absolute(string program) => program.Contains('/', StringComparison.Ordinal)
        ? Path.GetFullPath(program)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? program;
}
