using ControlPlane.Grains;

namespace ControlPlane.Host;

/// <summary>Puts each hall's figures into the metrics every few seconds.</summary>
internal sealed class HallMetrics(IGrainFactory grains, TimeProvider clock, ILogger<HallMetrics> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var hall in await grains.Factory().Wake())
                    FactoryTelemetry.Record(await grains.Hall(hall).View());
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogDebug(fault, "A hall could not be read for metrics");
            }
        }
    }
}
