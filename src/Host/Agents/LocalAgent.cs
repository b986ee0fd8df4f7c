using System.Diagnostics;
using ControlPlane.Host.Options;
using ControlPlane.Host.Security;
using Microsoft.Extensions.Options;

namespace ControlPlane.Host.Agents;

/// <summary>Starts this machine's own agent as a child process, and again when it ends. It ends with the host.</summary>
internal sealed class LocalAgent(IOptions<FactoryHostOptions> options, AgentToken token, AgentTls tls, TimeProvider clock, ILogger<LocalAgent> log) : BackgroundService
{
    /// <summary>Pause before a new start: an agent that cannot start would otherwise be started in a tight loop.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ControlPlane.Agent.dll");
        if (!File.Exists(program))
        {
            log.LogWarning("This machine's agent is not started: {Program} does not exist", program);
            return;
        }
        if (tls.IsOn)
        {
            log.LogInformation("This machine's agent is not started: agents dial by TLS, and one of this machine is to be started with --authority and --certificate");
            return;
        }
        using var timer = new PeriodicTimer(Pause, clock);
        do
        {
            try
            {
                using var process = Process.Start(StartOf(program))!;
                var output = Relay(process.StandardOutput);
                var errors = Relay(process.StandardError);
                using var kill = stoppingToken.Register(() => Kill(process));
                await process.WaitForExitAsync(CancellationToken.None);
                await Task.WhenAll(output, errors);
                if (!stoppingToken.IsCancellationRequested)
                    log.LogWarning("This machine's agent ended with code {Code}; it is started again", process.ExitCode);
            }
            catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or InvalidOperationException)
            {
                log.LogError(fault, "This machine's agent cannot be started");
            }
        }
        while (!stoppingToken.IsCancellationRequested && await Tick(timer, stoppingToken));
    }

    private ProcessStartInfo StartOf(string program)
    {
        var settings = options.Value;
        return new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            ArgumentList =
            {
                program, "--host", $"http://127.0.0.1:{settings.AgentPort}", "--node", settings.AgentNode, "--token-file", token.Secret.Path,
                "--journal", Path.Combine(Path.GetFullPath(settings.Data), "agent-journal.json"), "--exit-with-parent",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
    }

    private async Task Relay(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
            log.LogInformation("Agent: {Line}", line);
    }

    private static async Task<bool> Tick(PeriodicTimer timer, CancellationToken cancellation)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile.
        }
    }
}
