using System.Text.Json;
using ControlPlane.Facility.Leaks;

namespace ControlPlane.Facility.Exchange;

/// <summary>Reads messages of the exchange: each is understood, or refused with the field at fault and the reason.</summary>
public static class ExchangeReader
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a message.</summary>
    /// <param name="topic">The topic that it came on.</param>
    /// <param name="payload">What came, as UTF-8 JSON.</param>
    public static ExchangeReading Read(string topic, ReadOnlyMemory<byte> payload)
    {
        if (ExchangeTopic.Parse(topic) is not { } known)
            return Refuse("", $"'{topic}' is not a topic of the exchange");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(payload, Strict);
        }
        catch (JsonException fault)
        {
            return Refuse("", $"it is not JSON: {fault.Message}");
        }
        using (document)
            return Judge(known, document.RootElement) is { } fault ? new NotUnderstood(fault) : Understand(known, document.RootElement);
    }

    /// <summary>Reads what a signed text holds, once its signature is checked or need not be.</summary>
    /// <param name="envelope">The event that carried it.</param>
    /// <param name="kind">What it is about.</param>
    /// <param name="content">What was signed.</param>
    public static ExchangeReading ReadContent(EventEnvelope envelope, MessageKind kind, ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content, Strict);
            var fault = MessageRules.ContentFault(kind, document.RootElement);
            return fault is null ? Within(() => GridContent.Read(envelope, kind, document.RootElement)) : Refuse(Under("data", fault.Field), fault.Reason);
        }
        catch (JsonException fault)
        {
            return Refuse("data", $"what is signed is not JSON: {fault.Message}");
        }
    }

    private static MessageFault? Judge(ExchangeTopic topic, JsonElement payload) => topic.Kind == MessageKind.PointMetadata
        ? MessageRules.PointFault(topic.Point!.ObjectType, topic.Point.PointType, payload)
        : MessageRules.FaultOf(topic.Kind, payload);

    private static ExchangeReading Understand(ExchangeTopic topic, JsonElement payload)
    {
        switch (topic.Kind)
        {
            case MessageKind.PointValue:
                return Value(topic.Point!, payload);
            case MessageKind.PointMetadata:
                return new Understood(Description(topic.Point!, payload));
            case MessageKind.MachineState:
                return new Understood(new MachineStateMessage(
                    Text(payload, "machine_id")!, Text(payload.GetProperty("managed_host_state"), "state")!, payload.GetProperty("timestamp").GetDateTimeOffset()));
            default:
                var envelope = GridContent.Envelope(payload);
                // Whoever may publish on a topic is decided by the broker: nobody may speak for another one through it.
                if (envelope.Source.Split('/')[^1] != topic.Owner)
                    return Refuse("source", $"'{envelope.Source}' does not own the topic of {topic.Owner}");
                var data = payload.GetProperty("data");
                return data.ValueKind == JsonValueKind.String
                    ? new Understood(new SealedMessage(envelope, topic.Kind, data.GetString()!))
                    : Within(() => GridContent.Read(envelope, topic.Kind, data));
        }
    }

    private static ExchangeReading Value(PointTopic topic, JsonElement payload)
    {
        var value = payload.GetProperty("value");
        var (milliseconds, quality) = (payload.GetProperty("timestamp").GetDouble(), payload.GetProperty("quality").GetDouble());
        if (milliseconds is < 0 or > 253_402_300_799_999)
            return Refuse("timestamp", $"{milliseconds} is not an instant in milliseconds since 1970");
        return new Understood(new PointReading(
            topic, value.ValueKind == JsonValueKind.Null ? null : value.GetDouble(), (long)quality, DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)));
    }

    private static PointDescription Description(PointTopic topic, JsonElement payload) => new(
        topic, Text(payload, "engUnit"), Text(payload, "rackLocationId"), Text(payload, "objectId") ?? Text(payload, "associateId"),
        payload.TryGetProperty("servesId", out var serves) ? [.. serves.EnumerateArray().Select(one => one.GetString()!)] : [], Text(payload, "integration"));

    // Numbers and instants that the rules let through may still be beyond what can be kept.
    private static ExchangeReading Within(Func<ExchangeMessage> read)
    {
        try
        {
            return new Understood(read());
        }
        catch (Exception fault) when (fault is OverflowException or FormatException)
        {
            return Refuse("data", fault.Message);
        }
    }

    private static string? Text(JsonElement from, string field) => from.TryGetProperty(field, out var value) ? value.GetString() : null;

    private static string Under(string path, string field) => field.Length == 0 ? path : $"{path}.{field}";

    private static NotUnderstood Refuse(string field, string reason) => new(new MessageFault(field, reason));
}
