using System.Globalization;
using System.Text;
using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Grains;
using ControlPlane.Grains.Placement;
using ControlPlane.Host.Examples;
using ControlPlane.Host.Options;
using ControlPlane.Host.Security;
using Microsoft.Extensions.Options;

namespace ControlPlane.Host;

/// <summary>Shows the factory on the console: redrawn in place on a terminal, a block now and then elsewhere.</summary>
internal sealed class LiveSummary(
    IGrainFactory grains, IOptions<FactoryHostOptions> options, SecretFile key, FactoryReadiness readiness, TimeProvider clock, ILogger<LiveSummary> log)
    : BackgroundService
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(10);

    private long _lastEvent;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var redraws = !Console.IsOutputRedirected;
        using var starting = new PeriodicTimer(TimeSpan.FromMilliseconds(100), clock);
        while (!readiness.IsReady)
            await starting.WaitForNextTickAsync(stoppingToken);
        Console.WriteLine(Banner());
        using var timer = new PeriodicTimer(redraws ? OnTerminal : Elsewhere, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var text = new StringBuilder();
                foreach (var hall in await grains.Factory().Wake())
                    Append(text, await grains.Hall(hall).View(), await grains.Hall(hall).Events(_lastEvent, 1000));
                Console.Write(redraws ? "\x1b[2J\x1b[H" + Banner() + Environment.NewLine + text : text.ToString());
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(fault, "The summary could not be drawn");
            }
        }
    }

    private string Banner()
    {
        var url = $"http://{options.Value.Address}:{options.Value.Port}/";
        var shown = key.IsNew || !Console.IsOutputRedirected ? key.Value : "(unchanged)";
        return $"""
            AI factory ready at {url}
            API key {shown}, kept in {key.Path}
            Open {url}#key={shown}
            """;
    }

    private void Append(StringBuilder text, HallView view, HallEvents events)
    {
        var leased = view.Racks.Sum(rack => rack.LeasedGpus);
        text.AppendLine(CultureInfo.InvariantCulture, $"""

            {view.Hall}: {leased} of {view.Gpus} GPUs leased, {view.Running} jobs hold GPUs, {view.Waiting} wait, {view.Ended} ended, {view.Tokens:N0} tokens
            """);
        foreach (var power in view.Power.Where(power => power.Kind != "rack"))
            text.AppendLine(CultureInfo.InvariantCulture, $"  {power.Domain.Value,-12} {Bar(power.Committed.Value / power.Limit.Value)} {power.Committed,10} committed of {power.Limit,10}, drawing {(power.IsEstimate ? "about " : "")}{power.Observed}");
        foreach (var loop in view.Cooling)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {loop.Loop.Value,-12} {Bar(loop.Committed.Value / loop.Capacity.Value)} {loop.Committed,10} of heat, carries {loop.Capacity,10}");
        text.AppendLine("  hottest GPU  " + string.Join(", ", view.Racks.Select(rack => $"{rack.Rack} {rack.Hottest?.ToString() ?? "unknown"}")));
        foreach (var job in view.Jobs.Where(job => job.Phase == Grains.Jobs.JobPhase.Waiting).Take(3))
            text.AppendLine(CultureInfo.InvariantCulture, $"  waits  {job.Job.Value,-26} {Short(job.Message)}");
        var kernels = events.Events.Where(happened => happened.Kind == "JobEnded" && happened.Message.Contains("a repetition", StringComparison.Ordinal));
        foreach (var happened in events.Events.Where(happened => happened.Kind == "JobPlaced").TakeLast(3).Concat(kernels.TakeLast(3)))
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(happened.Kind == "JobPlaced" ? "placed" : "kernel")} {Named(happened),-26} {Short(happened.Message)}");
        _lastEvent = Math.Max(_lastEvent, events.Last);
    }

    private static string Named(HallEvent happened) => happened.Subject[(happened.Subject.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static string Short(string text) => text.Length <= 110 ? text : text[..107] + "...";

    private static string Bar(double share)
    {
        const int Width = 20;
        var filled = (int)Math.Round(Math.Clamp(share, 0, 1) * Width);
        return "[" + new string('#', filled) + new string('.', Width - filled) + "]";
    }
}
