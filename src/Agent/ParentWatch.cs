using System.Runtime.InteropServices;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Agent;

/// <summary>
/// Ends the agent when the process that started it is gone. Asked for every second: the kernel's own signal for
/// it follows the parent's thread, and a .NET parent's threads come and go.
/// </summary>
internal sealed partial class ParentWatch(IHostApplicationLifetime life, TimeProvider clock, ILogger<ParentWatch> log) : BackgroundService
{
    private readonly int _parent = ParentOfThisProcess();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        while (await second.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            if (ParentOfThisProcess() == _parent)
                continue;
            log.LogWarning("The process that started this agent is gone: ending.");
            life.StopApplication();
            return;
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentOfThisProcess();
}
