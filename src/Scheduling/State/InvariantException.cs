namespace ControlPlane.Scheduling;

/// <summary>A bug: something that must always hold does not. Nothing built on it may be served or saved.</summary>
/// <param name="message">What does not hold, with names and numbers.</param>
public sealed class InvariantException(string message) : InvalidOperationException(message);
