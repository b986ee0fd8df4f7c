using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace ControlPlane.Host.Tests;

/// <summary>A host as a process of its own, on free ports and a folder of its own.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(90);

    private readonly ConcurrentQueue<string> _log = new();
    private readonly string[] _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly bool _ownsData;
    private readonly List<(string Node, Process Process)> _agents = [];
    private Process _process = null!;

    private RunningHost(string data, bool ownsData, int[] ports, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        (Data, _ownsData, Port, AgentPort, _environment) = (data, ownsData, ports[0], ports[1], environment);
        _arguments =
        [
            "--data", data, "--port", $"{ports[0]}", "--agent-port", $"{ports[1]}", "--silo-port", $"{ports[2]}", "--gateway-port", $"{ports[3]}",
            "--summary", "false", .. arguments,
        ];
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Data { get; }

    public int Port { get; }

    public int AgentPort { get; }

    /// <summary>Where agents dial a host that speaks TLS.</summary>
    public Uri AgentUri => new($"https://127.0.0.1:{AgentPort}");

    public HttpClient Http { get; }

    public string Key => File.ReadAllText(Path.Combine(Data, "api-key")).Trim();

    public string Log => string.Join(Environment.NewLine, _log);

    public static Task<RunningHost> Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    public static async Task<RunningHost> Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var data = Directory.CreateTempSubdirectory("factory-test-").FullName;
        var host = new RunningHost(data, true, Programs.FreePorts(4), arguments, environment);
        await host.Launch();
        return host;
    }

    /// <summary>Starts the process (again) and waits until it is ready.</summary>
    public async Task Launch()
    {
        _process = Process.Start(Programs.Start(Programs.Host, _arguments, _environment))!;
        _process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Until(IsReady, "the host did not become ready");
        // Once: a client's headers must not change while others use it, and the key outlives the process.
        Http.DefaultRequestHeaders.Authorization ??= new AuthenticationHeaderValue("Bearer", Key);
    }

    /// <summary>Ends the process as kill -9 does, its own children apart: they end because it did.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public Task<Ended> Factoryctl(params string[] arguments) => Programs.Run(Programs.Cli, arguments, new Dictionary<string, string>
    {
        ["FACTORY_SERVER"] = Http.BaseAddress!.ToString(),
        ["FACTORY_KEY"] = Key,
    });

    /// <summary>Starts an agent for a node against this host.</summary>
    public void StartAgent(string node, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartAgent(node, AgentPort, environment, arguments);

    /// <summary>The same, by another way to the host.</summary>
    public void StartAgent(string node, int port, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartAgent(node, new Uri($"http://127.0.0.1:{port}"), environment, ["--token-file", Path.Combine(Data, "agent-token"), .. arguments]);

    /// <summary>The same, with nothing but the arguments to be admitted by.</summary>
    public void StartAgent(string node, Uri host, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var process = Process.Start(Programs.Start(Programs.Agent, ["--host", host.ToString(), "--node", node, .. arguments], environment))!;
        process.OutputDataReceived += (_, line) => _log.Enqueue("agent: " + line.Data);
        process.ErrorDataReceived += (_, line) => _log.Enqueue("agent: " + line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _agents.Add((node, process));
    }

    /// <summary>The executors of a node's agent that was started here.</summary>
    public IReadOnlyList<int> Executors(string node) => [.. Directory.GetDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, out _) && IsExecutorOf(name!, _agents.Find(agent => agent.Node == node).Process.Id)).Select(name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture))];

    private static bool IsExecutorOf(string process, int agent)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0] == $"{agent}" && File.ReadAllText($"/proc/{process}/cmdline").Contains("\0executor\0", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // It ended meanwhile.
        }
    }

    /// <summary>True while an agent that was started here for the node runs.</summary>
    public bool HasAgent(string node) => _agents.Exists(agent => agent.Node == node && !agent.Process.HasExited);

    /// <summary>Ends the agents started here, or those of one node, as a power cut of their node would.</summary>
    public async Task StopAgents(string? node = null)
    {
        foreach (var (_, process) in _agents.Where(agent => node is null || agent.Node == node))
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        _agents.RemoveAll(agent => agent.Process.HasExited);
    }

    public async Task<T> Get<T>(string path) => (await Http.GetFromJsonAsync<T>(path))!;

    /// <summary>Waits for a condition, looking ten times a second.</summary>
    public Task Until(Func<Task<bool>> condition, string otherwise) => Until(condition, () => otherwise);

    /// <summary>The same, with words that are found when it has not come to pass.</summary>
    public async Task Until(Func<Task<bool>> condition, Func<string> otherwise)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > GiveUpAfter || _process.HasExited)
                throw new TimeoutException($"{otherwise()}{Environment.NewLine}{Log}");
            await timer.WaitForNextTickAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var process in (Process[])[.. _agents.Select(agent => agent.Process), _process])
        {
            try
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
                process.Dispose();
            }
            catch (InvalidOperationException)
            {
                // It ended before.
            }
        }
        if (_ownsData)
            Directory.Delete(Data, recursive: true);
    }

    private async Task<bool> IsReady()
    {
        try
        {
            return (await Http.GetAsync("/readyz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
