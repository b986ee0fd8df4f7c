namespace ControlPlane.Facility.Exchange;

/// <summary>What a grid event says of itself.</summary>
/// <param name="Id">Its own id.</param>
/// <param name="Source">Who sent it, such as <c>//grid/v1/isv/acme</c>.</param>
/// <param name="At">When it was made.</param>
/// <param name="CorrelationId">What it answers to, or null.</param>
/// <param name="TraceParent">W3C trace context.</param>
public sealed record EventEnvelope(string Id, string Source, DateTimeOffset At, string? CorrelationId, string TraceParent);
