using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ControlPlane.Grains.Sites;

/// <summary>
/// Wakes the factory when a silo starts and again every few seconds, so that a hall whose silo died goes on
/// without waiting for somebody to ask. Runs on every silo; waking twice changes nothing.
/// </summary>
internal sealed class FactoryWaker(
    IGrainFactory grains, TimeProvider clock, IOptions<FactoryOptions> options, ILogger<FactoryWaker> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.WakePeriod, clock);
        do
        {
            try
            {
                foreach (var hall in await grains.Factory().Wake())
                {
                    await grains.Hall(hall).Wake();
                    await grains.Remedies(hall).Wake();
                    await grains.Checks(hall).Wake();
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The next period tries again; a stopped waker would leave halls asleep for good.
                log.LogWarning(fault, "The factory could not be woken");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
