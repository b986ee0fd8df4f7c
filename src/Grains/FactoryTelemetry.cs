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
}
