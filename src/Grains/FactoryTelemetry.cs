using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ControlPlane.Grains;

/// <summary>The names under which the factory's traces and metrics are found, and the instruments.</summary>
public static class FactoryTelemetry
{
    /// <summary>Activity source and meter name.</summary>
    public const string Name = "ControlPlane";

    /// <summary>Spans of a job's way.</summary>
    public static ActivitySource Source { get; } = new(Name);

    private static readonly Meter Meter = new(Name);

    /// <summary>Placement decisions by outcome and hall.</summary>
    internal static Counter<long> Decisions { get; } =
        Meter.CreateCounter<long>("factory.placement.decisions", "{decision}", "Placement decisions");

    /// <summary>Jobs that ended, by phase and hall.</summary>
    internal static Counter<long> JobsEnded { get; } = Meter.CreateCounter<long>("factory.jobs.ended", "{job}", "Jobs that ended");

    /// <summary>Tokens of ended jobs, by hall.</summary>
    internal static Counter<double> Tokens { get; } = Meter.CreateCounter<double>("factory.tokens", "{token}", "Tokens of ended jobs");

    /// <summary>Cases of GPUs' faults, by hall, remedy and what came of them.</summary>
    internal static Counter<long> Remedies { get; } = Meter.CreateCounter<long>("factory.remedies", "{case}", "Faults of GPUs by what was done about them");

    /// <summary>Time to make an entry durable.</summary>
    internal static Histogram<double> LedgerWrite { get; } =
        Meter.CreateHistogram<double>("factory.ledger.write", "s", "Time of one write to a hall's ledger");

    /// <summary>Watts observed, by rack.</summary>
    internal static Gauge<double> RackWatts { get; } = Meter.CreateGauge<double>("factory.rack.power", "W", "Power that a rack draws");

    /// <summary>Watts committed, by power domain.</summary>
    internal static Gauge<double> DomainCommitted { get; } =
        Meter.CreateGauge<double>("factory.power.committed", "W", "Power committed below a power domain");

    /// <summary>Watts allowed, by power domain.</summary>
    internal static Gauge<double> DomainLimit { get; } =
        Meter.CreateGauge<double>("factory.power.limit", "W", "Limit in force of a power domain");

    /// <summary>Jobs by hall and phase, waiting or holding.</summary>
    internal static Gauge<long> Jobs { get; } = Meter.CreateGauge<long>("factory.jobs", "{job}", "Jobs that wait or hold GPUs");

    /// <summary>Puts a hall's figures into the gauges.</summary>
    public static void Record(Placement.HallView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var hall = KeyValuePair.Create<string, object?>("hall", view.Hall.Value);
        Jobs.Record(view.Waiting, hall, KeyValuePair.Create<string, object?>("phase", "waiting"));
        Jobs.Record(view.Running, hall, KeyValuePair.Create<string, object?>("phase", "running"));
        foreach (var power in view.Power)
        {
            var domain = KeyValuePair.Create<string, object?>("domain", power.Domain.Value);
            DomainCommitted.Record(power.Committed.Value, hall, domain);
            DomainLimit.Record(power.Limit.Value, hall, domain);
        }
        foreach (var rack in view.Racks)
        {
            // An unknown draw is left out: a gauge at zero would say that the rack is off.
            if (rack.Observed is { } watts)
                RackWatts.Record(watts.Value, hall, KeyValuePair.Create<string, object?>("rack", rack.Rack.Value));
        }
    }
}
