using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace ControlPlane.Benchmarks.Devices;

/// <summary>A host as a process of its own, with a factory of the benchmark's.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly string _data;

    private HostProcess(Process process, string data, int agentPort) =>
        (_process, _data, AgentAddress) = (process, data, new Uri($"http://127.0.0.1:{agentPort}"));

    public Uri AgentAddress { get; }

    public string Token => File.ReadAllText(Path.Combine(_data, "agent-token")).Trim();

    public static async Task<HostProcess> StartAsync(string manifest)
    {
        var data = Directory.CreateTempSubdirectory("factory-benchmark-").FullName;
        var ports = FreePorts(4);
        var start = new ProcessStartInfo("dotnet",
        [
            ProgramOf("Host", "ControlPlane.Host.dll"), "--data", data, "--port", $"{ports[0]}", "--agent-port", $"{ports[1]}", "--silo-port", $"{ports[2]}",
            "--gateway-port", $"{ports[3]}", "--summary", "false", "--empty", "true", "--start-agent", "false",
        ])
        {
            RedirectStandardOutput = true,
        };
        var host = new HostProcess(Process.Start(start)!, data, ports[1]);
        _ = host._process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        try
        {
            await host.ApplyAsync(new Uri($"http://127.0.0.1:{ports[0]}"), manifest);
            return host;
        }
        catch
        {
            await host.DisposeAsync(); // It would outlive this process.
            throw;
        }
    }

    private async Task ApplyAsync(Uri address, string manifest)
    {
        using var http = new HttpClient { BaseAddress = address };
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var began = Stopwatch.StartNew();
        while (!await IsReady(http))
        {
            if (_process.HasExited || began.Elapsed > LongestStart)
                throw new InvalidOperationException($"The host is not ready after {began.Elapsed.TotalSeconds:0} s{(_process.HasExited ? ": it has ended" : "")}.");
            await look.WaitForNextTickAsync();
        }
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(_data, "api-key"))).Trim());
        using var applied = await http.PostAsJsonAsync("/v1/manifests", new { files = new[] { new { name = "benchmark", text = manifest } } });
        if (!applied.IsSuccessStatusCode)
            throw new InvalidOperationException(await applied.Content.ReadAsStringAsync());
    }

    public Process StartAgent(string node, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            ProgramOf("Agent", "ControlPlane.Agent.dll"), "--host", AgentAddress.ToString(), "--node", node, "--token-file", Path.Combine(_data, "agent-token"), "--devices", "cuda",
        ])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return process;
    }

    public ProcessUsage Usage() => ProcessUsage.Of(_process.Id).Own;

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task<bool> IsReady(HttpClient http)
    {
        try
        {
            return (await http.GetAsync("/readyz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    // Beside this program's folder, built with it: tests/Benchmarks/bin/CONFIGURATION/FRAMEWORK.
    private static string ProgramOf(string project, string file)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var root = own.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var path = Path.Combine(root, "src", project, "bin", own.Parent!.Name, own.Name, file);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not there: build src/{project} in the same configuration first.");
    }

    /// <summary>Ports that nobody listens on now.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }
}
