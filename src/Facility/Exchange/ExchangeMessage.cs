using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;
using ControlPlane.Facility.Leaks;

namespace ControlPlane.Facility.Exchange;

/// <summary>A message of the exchange, understood.</summary>
public abstract record ExchangeMessage;

/// <summary>A grid event.</summary>
/// <param name="Envelope">What is said of the event itself.</param>
public abstract record GridMessage(EventEnvelope Envelope) : ExchangeMessage;

/// <summary>A grid event whose content is signed and was not opened yet.</summary>
/// <param name="Envelope">What is said of the event itself.</param>
/// <param name="Kind">What the content is about.</param>
/// <param name="Token">The signed text.</param>
public sealed record SealedMessage(EventEnvelope Envelope, MessageKind Kind, string Token) : GridMessage(Envelope);

/// <summary>A grid operator sets load targets.</summary>
/// <param name="Envelope">What is said of the event itself.</param>
/// <param name="Targets">At least one.</param>
public sealed record LoadTargetsMessage(EventEnvelope Envelope, ValueList<TargetRequest> Targets) : GridMessage(Envelope);

/// <summary>The state of every feed.</summary>
/// <param name="Envelope">What is said of the event itself.</param>
/// <param name="At">The instant of which it tells.</param>
/// <param name="Feeds">Each feed.</param>
public sealed record PowerStateMessage(EventEnvelope Envelope, DateTimeOffset At, ValueList<FeedState> Feeds) : GridMessage(Envelope);

/// <summary>What is told of a breach.</summary>
/// <param name="Envelope">What is said of the event itself.</param>
/// <param name="Report">The breach.</param>
public sealed record BreachMessage(EventEnvelope Envelope, BreachReport Report) : GridMessage(Envelope);

/// <summary>What came of the steps that a breach asked for.</summary>
/// <param name="Envelope">What is said of the event itself.</param>
/// <param name="BreachId">The breach.</param>
/// <param name="Feed">Its feed.</param>
/// <param name="IsReverted">True when the steps were taken back.</param>
/// <param name="Code">success, partial or error.</param>
/// <param name="Results">What came of each step: the resource and applied, failed or skipped.</param>
/// <param name="At">When.</param>
public sealed record EnforcementMessage(
    EventEnvelope Envelope, string BreachId, string Feed, bool IsReverted, string Code, ValueList<(string Resource, string Code)> Results, DateTimeOffset At)
    : GridMessage(Envelope);

/// <summary>What a point of the building shows.</summary>
/// <param name="Topic">The point.</param>
/// <param name="Value">What it shows; null when the building has no reading.</param>
/// <param name="Quality">1 when it can be trusted.</param>
/// <param name="At">When it was read.</param>
public sealed record PointReading(PointTopic Topic, double? Value, long Quality, DateTimeOffset At) : ExchangeMessage
{
    /// <summary>The value if it can be trusted; null is unknown, never zero.</summary>
    public double? Trusted => Quality == 1 && Value is { } value && double.IsFinite(value) ? value : null;
}

/// <summary>What a point of the building is.</summary>
/// <param name="Topic">The point.</param>
/// <param name="Unit">The unit of its values, or null when they are states.</param>
/// <param name="Rack">The rack that it belongs to, or null.</param>
/// <param name="Object">The object that it belongs to, or null.</param>
/// <param name="Serves">Objects that this one serves.</param>
/// <param name="Integration">Who publishes its value; null when the building does.</param>
public sealed record PointDescription(
    PointTopic Topic, string? Unit, string? Rack, string? Object, ValueList<string> Serves, string? Integration) : ExchangeMessage;

/// <summary>Where a host stands in its life.</summary>
/// <param name="Machine">The host.</param>
/// <param name="State">Such as ready, assigned or failed.</param>
/// <param name="At">Since when.</param>
public sealed record MachineStateMessage(string Machine, string State, DateTimeOffset At) : ExchangeMessage;
