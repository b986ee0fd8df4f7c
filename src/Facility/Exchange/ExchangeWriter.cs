using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Leaks;

namespace ControlPlane.Facility.Exchange;

/// <summary>Writes what this product publishes on the exchange.</summary>
public static class ExchangeWriter
{
    /// <summary>The state of every feed.</summary>
    public static JsonObject Write(PowerStateMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var feeds = new JsonObject();
        foreach (var feed in message.Feeds)
            feeds[feed.Tag] = Feed(feed);
        return Event(message.Envelope, "grid.powerstate.status.v1", "powerstate", new JsonObject { ["snapshot_time"] = Instant(message.At), ["feeds"] = feeds });
    }

    /// <summary>A breach.</summary>
    public static JsonObject Write(BreachMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var report = message.Report;
        var breach = new JsonObject { ["breach_id"] = report.BreachId, ["detected_at"] = Instant(report.DetectedAt) };
        if (report.ResolvedAt is { } over)
            breach["resolved_at"] = Instant(over);
        var data = new JsonObject
        {
            ["feed_tag"] = report.Feed,
            ["status"] = report.Status.ToString().ToLowerInvariant(),
            ["severity"] = report.Severity.ToString().ToLowerInvariant(),
            ["breach"] = breach,
            ["target"] = new JsonObject { ["correlation_id"] = report.CorrelationId, ["load_constraint"] = Power(report.Limit) },
            ["measured_load"] = Power(report.Measured),
            ["infrastructure_actions"] = new JsonArray([.. report.Actions.Select(action => (JsonNode?)action)]),
        };
        if (report.Hints.Count > 0)
            data["shed_hints"] = new JsonArray([.. report.Hints.Select(Hint)]);
        return Event(message.Envelope, "grid.powerbreach.alert.v1", "powerbreach", data);
    }

    /// <summary>The value of a point.</summary>
    /// <param name="value">The value.</param>
    /// <param name="at">When it was so.</param>
    public static JsonObject Write(PointValue value, DateTimeOffset at) => new()
    {
        ["value"] = value.Value,
        ["timestamp"] = at.ToUnixTimeMilliseconds(),
        ["quality"] = value.Quality,
    };

    private static JsonObject Event(EventEnvelope envelope, string type, string subject, JsonObject data)
    {
        var written = new JsonObject
        {
            ["specversion"] = "1.0.2",
            ["id"] = envelope.Id,
            ["source"] = envelope.Source,
            ["type"] = type,
            ["time"] = Instant(envelope.At),
            ["datacontenttype"] = "application/json",
            ["subject"] = subject,
            ["traceparent"] = envelope.TraceParent,
        };
        if (envelope.CorrelationId is { } correlation)
            written["correlationid"] = correlation;
        written["data"] = data;
        return written;
    }

    private static JsonObject Feed(FeedState feed)
    {
        var written = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["power_minimum"] = Power(feed.Minimum),
                ["power_maximum"] = Power(feed.Maximum),
                ["default_constraint"] = Power(feed.Default),
            },
            ["targets"] = new JsonArray([.. feed.Targets.Select(Target)]),
            ["calculated_load"] = Power(feed.Load),
            ["in_flight"] = feed.IsInFlight,
            ["event"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(feed.Event.ToString()),
            ["compliant"] = feed.IsCompliant,
        };
        if (feed.EventStart is { } start)
            written["power_event_start_time"] = Instant(start);
        return written;
    }

    private static JsonObject Target(FeedStateTarget target)
    {
        var interval = new JsonObject();
        if (target.Start is { } start)
            interval["start_time"] = Instant(start);
        if (target.End is { } end)
            interval["end_time"] = Instant(end);
        return new JsonObject
        {
            ["active"] = target.IsActive,
            ["load_constraint"] = Power(target.Limit),
            ["interval"] = interval,
            ["strategy"] = new JsonObject { ["best_effort"] = target.IsBestEffort },
            ["correlation_id"] = target.CorrelationId,
        };
    }

    private static JsonObject Hint(ResourceHint hint, int index)
    {
        var written = new JsonObject
        {
            ["resource_id"] = hint.Resource,
            ["resource_type"] = hint.Type,
            ["action"] = hint.Action,
            ["priority"] = index + 1,
        };
        if (hint.Target is { } target)
            written["target_power"] = Power(target);
        return written;
    }

    private static JsonObject Power(Watts power) => new() { ["value"] = power.Value, ["unit"] = "watt" };

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
