using System.Diagnostics;
using System.Globalization;

using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Tests;

/// <summary>The agent as a real process, on the CPU device or on the driver double.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _process;

    private RunningAgent(string folder, Process process) => (_folder, _process) = (folder, process);

    public const string Token = "a-token-of-the-tests";

    public string JournalFile => Path.Combine(_folder, "journal");

    public int ProcessId => _process.Id;

    public static RunningAgent Start(FakeHost host, string devices, string? folder = null, params string[] more)
    {
        RequireNative();
        return Start(host, devices, folder, _ => { }, more);
    }

    /// <summary>An agent with two devices of the driver double that runs tenants' own kernels.</summary>
    public static RunningAgent StartForTenants(FakeHost host, string? folder = null, params string[] more)
    {
        RequireNative();
        return Start(host, "cuda", folder, start => start.Environment["FACTORY_DOUBLE_DEVICES"] = "2", ["--tenant-user", Tenant, .. more]);
    }

    /// <summary>The same with one card that has these sensors.</summary>
    public static RunningAgent StartForTenantsWithSensors(FakeHost host, params (string Name, string Value)[] sensors)
    {
        RequireNative();
        return Start(host, "cuda", null, start => AddSensors(start, sensors), ["--tenant-user", Tenant]);
    }

    /// <summary>A user that every Linux has.</summary>
    public const string Tenant = "nobody";

    /// <summary>The process in which a tenant's kernels run: the only child of the launcher's only child.</summary>
    public int TenantProcess()
    {
        var launcher = Processes().Single(process => ParentOf(process) == _process.Id && CommandOf(process).Contains("factory_confine", StringComparison.Ordinal));
        return ChildOf(ChildOf(int.Parse(launcher, CultureInfo.InvariantCulture)));

        static int ChildOf(int parent) => int.Parse(Processes().Single(process => ParentOf(process) == parent), CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Processes() => Directory.GetDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)).OfType<string>();

    /// <summary>An agent that finds no native library, as on a machine without a C++ toolchain.</summary>
    public static RunningAgent StartWithoutNative(FakeHost host) =>
        Start(host, "auto", null, start => start.Environment["FACTORY_NATIVE_DIRECTORY"] = "/nonexistent", []);

    /// <summary>An agent whose card has these sensors, and no others.</summary>
    public static RunningAgent StartWithSensors(FakeHost host, params (string Name, string Value)[] sensors) => StartWithSensors(host, null, sensors);

    /// <summary>The same, on what an agent before it left in a folder.</summary>
    public static RunningAgent StartWithSensors(FakeHost host, string? folder, params (string Name, string Value)[] sensors)
    {
        RequireNative();
        return Start(host, "cuda", folder, start => AddSensors(start, sensors), []);
    }

    private static void AddSensors(ProcessStartInfo start, (string Name, string Value)[] sensors)
    {
        start.Environment["FACTORY_NVML_LIBRARY"] = "double";
        foreach (var (name, value) in sensors)
            start.Environment[$"FACTORY_DOUBLE_{name}"] = value;
    }

    /// <summary>An agent with settings of its own.</summary>
    public static RunningAgent StartWith(FakeHost host, string devices, params (string Name, string Value)[] environment)
    {
        RequireNative();
        return Start(host, devices, null, start => Array.ForEach(environment, setting => start.Environment[setting.Name] = setting.Value), []);
    }

    private static RunningAgent Start(FakeHost host, string devices, string? folder, Action<ProcessStartInfo> adjust, string[] more)
    {
        folder ??= Directory.CreateTempSubdirectory("factory-agent-test-").FullName;
        File.WriteAllText(Path.Combine(folder, "token"), Token + "\n");
        var start = new ProcessStartInfo("dotnet", Arguments(host.Address, devices, folder).Concat(more)) { UseShellExecute = false };
        start.Environment["FACTORY_CUDA_LIBRARY"] = "double";
        start.Environment["FACTORY_DOUBLE_FAULT_FILE"] = Path.Combine(folder, "fault");
        adjust(start);
        var process = Process.Start(start)!;
        host.AgentExit = process.WaitForExitAsync();
        return new RunningAgent(folder, process);
    }

    public static IEnumerable<string> Arguments(Uri host, string devices, string folder) =>
    [
        typeof(AgentOptions).Assembly.Location, "--host", host.ToString(), "--node", "rack-t-n00",
        "--token-file", Path.Combine(folder, "token"), "--devices", devices, "--journal", Path.Combine(folder, "journal"),
    ];

    public static Lease Lease(string job, long generation, string kernel = "triad", uint timeoutSeconds = 0) => new()
    {
        Job = job,
        Generation = generation,
        Kernel = new()
        {
            Name = kernel,
            Sizes = { kernel == "sgemm" ? new Dictionary<string, long> { ["m"] = 70, ["n"] = 40, ["k"] = 30 } : new() { ["n"] = 5000 } },
            Repetitions = 2,
            Check = true,
            Seed = 11,
            TimeoutSeconds = timeoutSeconds,
        },
    };

    public void OrderFault(string fault) => File.WriteAllText(Path.Combine(_folder, "fault"), fault);

    /// <summary>Waits until the ordered fault has struck: the double removes its order.</summary>
    public async Task FaultStruckAsync()
    {
        using var limit = new CancellationTokenSource(FakeHost.Patience);
        using var folder = new FileSystemWatcher(_folder, "fault") { EnableRaisingEvents = true };
        var gone = new TaskCompletionSource();
        folder.Deleted += (_, _) => gone.TrySetResult();
        if (File.Exists(Path.Combine(_folder, "fault")))
            await gone.Task.WaitAsync(limit.Token);
    }

    /// <summary>The executor's process: the agent's only lasting child, or the only one of a device such as <c>cuda:1</c>.</summary>
    public int Executor(string device = "") => Processes()
        .Where(name => ParentOf(name) == _process.Id && CommandOf(name).Contains($"\0executor\0--device\0{device}", StringComparison.Ordinal))
        .Select(name => int.Parse(name, CultureInfo.InvariantCulture)).Single();

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>False for a process that has ended, even if its parent has not taken note.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Asks the agent to end, as systemd does, and waits for its exit status.</summary>
    public async Task<int> TerminateAsync()
    {
        using var signal = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(FakeHost.Patience);
        return _process.ExitCode;
    }

    public async Task<string> KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        return _folder;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    public static void RequireNative()
    {
        if (DeviceCatalogue.WhyNoNativeLibrary is not { } reason)
            return;
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        bool Has(string program) => path.Any(folder => File.Exists(Path.Combine(folder, program)));
        Skip.If(!Has("cmake") || !(Has("c++") || Has("g++") || Has("clang++")), $"no C++ toolchain here: {reason}");
        Assert.Fail(reason);
    }

    private static int ParentOf(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // It ended while we looked.
        }
    }

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
