using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Facility.Exchange;

/// <summary>Reads what grid events carry. The rules have been checked before.</summary>
internal static class GridContent
{
    public static EventEnvelope Envelope(JsonElement payload) => new(
        Text(payload, "id")!, Text(payload, "source")!, Instant(payload, "time")!.Value, Text(payload, "correlationid"), Text(payload, "traceparent")!);

    public static ExchangeMessage Read(EventEnvelope envelope, MessageKind kind, JsonElement data) => kind switch
    {
        MessageKind.LoadTargets => new LoadTargetsMessage(envelope, [.. data.GetProperty("targets").EnumerateArray().Select(Target)]),
        MessageKind.PowerState => new PowerStateMessage(
            envelope, Instant(data, "snapshot_time")!.Value, [.. data.GetProperty("feeds").EnumerateObject().Select(feed => Feed(feed.Name, feed.Value))]),
        MessageKind.Breach => new BreachMessage(envelope, Breach(data)),
        MessageKind.Enforcement => new EnforcementMessage(
            envelope, Text(data, "breach_id")!, Text(data, "feed_tag")!, Text(data, "action") == "reverted", Text(data, "code")!,
            [.. data.GetProperty("results").EnumerateArray().Select(result => (Text(result, "resource_id")!, Text(result, "code")!))], Instant(data, "timestamp")!.Value),
        _ => throw new UnreachableException(),
    };

    private static TargetRequest Target(JsonElement target)
    {
        var interval = target.GetProperty("interval");
        var (start, end) = (Instant(interval, "start_time"), Instant(interval, "end_time"));
        if (end <= start)
            throw new FormatException("a target ends before it begins");
        var limit = target.GetProperty("load_constraint");
        return new TargetRequest(
            target.TryGetProperty("feed_tags", out var tags) ? [.. tags.EnumerateArray().Select(tag => tag.GetString()!)] : [],
            limit.ValueKind == JsonValueKind.Null ? null : Power(limit), start, end, IsBestEffort(target));
    }

    private static FeedState Feed(string tag, JsonElement feed)
    {
        var metadata = feed.GetProperty("metadata");
        return new FeedState(
            tag, Power(metadata.GetProperty("power_minimum")), Power(metadata.GetProperty("power_maximum")), Power(metadata.GetProperty("default_constraint")),
            [.. feed.GetProperty("targets").EnumerateArray().Select(FeedTarget)], Power(feed.GetProperty("calculated_load")),
            feed.GetProperty("in_flight").GetBoolean(), EventOf(Text(feed, "event")!), Instant(feed, "power_event_start_time"), feed.GetProperty("compliant").GetBoolean());
    }

    private static FeedStateTarget FeedTarget(JsonElement target)
    {
        var interval = target.GetProperty("interval");
        return new FeedStateTarget(
            target.GetProperty("active").GetBoolean(), Power(target.GetProperty("load_constraint")), Instant(interval, "start_time"), Instant(interval, "end_time"),
            IsBestEffort(target), Text(target, "correlation_id")!);
    }

    private static BreachReport Breach(JsonElement data)
    {
        var (breach, target) = (data.GetProperty("breach"), data.GetProperty("target"));
        return new BreachReport(
            Text(data, "feed_tag")!, Text(breach, "breach_id")!, Enum.Parse<BreachStatus>(Text(data, "status")!, true), Enum.Parse<BreachSeverity>(Text(data, "severity")!, true),
            Instant(breach, "detected_at")!.Value, Instant(breach, "resolved_at"), Text(target, "correlation_id")!, Power(target.GetProperty("load_constraint")),
            Power(data.GetProperty("measured_load")),
            data.TryGetProperty("shed_hints", out var hints)
                ? [.. hints.EnumerateArray().OrderBy(hint => hint.GetProperty("priority").GetDouble()).Select(Hint)] : []);
    }

    private static ResourceHint Hint(JsonElement hint) => new(
        Text(hint, "resource_id")!, Text(hint, "resource_type")!, Text(hint, "action")!, hint.TryGetProperty("target_power", out var power) ? Power(power) : null);

    private static bool IsBestEffort(JsonElement target) =>
        target.TryGetProperty("strategy", out var strategy) && strategy.TryGetProperty("best_effort", out var effort) && effort.GetBoolean();

    private static FeedEvent EventOf(string name) =>
        Enum.GetValues<FeedEvent>().First(one => JsonNamingPolicy.SnakeCaseLower.ConvertName(one.ToString()) == name);

    private static Watts Power(JsonElement power)
    {
        var watts = power.GetProperty("value").GetDouble() * Text(power, "unit") switch { "megawatt" => 1e6, "kilowatt" => 1e3, _ => 1 };
        // A terawatt is more than any factory: what is beyond is a wrong unit.
        return watts <= 1e12 ? Watts.FromWatts(watts) : throw new OverflowException(string.Create(CultureInfo.InvariantCulture, $"{watts} W is more than can be meant"));
    }

    private static string? Text(JsonElement from, string field) => from.TryGetProperty(field, out var value) ? value.GetString() : null;

    private static DateTimeOffset? Instant(JsonElement from, string field) =>
        Text(from, field) is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;
}
