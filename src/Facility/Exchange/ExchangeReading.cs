namespace ControlPlane.Facility.Exchange;

/// <summary>What came of reading a message.</summary>
public abstract record ExchangeReading;

/// <summary>It was understood.</summary>
/// <param name="Message">What it says.</param>
public sealed record Understood(ExchangeMessage Message) : ExchangeReading;

/// <summary>It was refused.</summary>
/// <param name="Fault">Which field, and why.</param>
public sealed record NotUnderstood(MessageFault Fault) : ExchangeReading;
