namespace ControlPlane.Facility.Health;

/// <summary>Something that a source looked at and found right.</summary>
/// <param name="Id">What was looked at.</param>
/// <param name="Target">Which part, or null for the whole.</param>
public readonly record struct HealthCheck(string Id, string? Target);
