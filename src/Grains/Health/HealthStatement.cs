using ControlPlane.Domain;

namespace ControlPlane.Grains.Health;

/// <summary>How what a source says counts.</summary>
public enum HealthMode
{
    /// <summary>As a report: it counts unless an override stands for all reports.</summary>
    Report = 0,

    /// <summary>As an override that is added to whatever stands.</summary>
    Merge = 1,

    /// <summary>As an override that stands for all reports; of several the newest.</summary>
    Replace = 2,
}

/// <summary>What a source says of a node.</summary>
/// <param name="Source">Who says it, such as <c>bmc</c>.</param>
/// <param name="Mode">How it counts.</param>
/// <param name="ObservedAt">When it was seen.</param>
/// <param name="Successes">What is right.</param>
/// <param name="Alerts">What is wrong.</param>
[GenerateSerializer, Immutable, Alias("HealthStatement")]
public sealed record HealthStatement(
    [property: Id(0)] string Source,
    [property: Id(1)] HealthMode Mode,
    [property: Id(2)] DateTimeOffset ObservedAt,
    [property: Id(3)] ValueList<HealthPart> Successes,
    [property: Id(4)] ValueList<HealthFinding> Alerts);

/// <summary>Something that was looked at.</summary>
/// <param name="Id">What, such as <c>BmcSensor</c>.</param>
/// <param name="Target">Which part, or null for the whole.</param>
[GenerateSerializer, Immutable, Alias("HealthPart")]
public readonly record struct HealthPart([property: Id(0)] string Id, [property: Id(1)] string? Target)
{
    /// <summary>The part in words.</summary>
    public override string ToString() => Target is null ? Id : $"{Id} {Target}";
}

/// <summary>Something that is wrong.</summary>
/// <param name="Part">What.</param>
/// <param name="Since">Since when; null: since the source first said so.</param>
/// <param name="Message">What was found.</param>
/// <param name="Classifications">What follows from it.</param>
[GenerateSerializer, Immutable, Alias("HealthFinding")]
public sealed record HealthFinding(
    [property: Id(0)] HealthPart Part,
    [property: Id(1)] DateTimeOffset? Since,
    [property: Id(2)] string Message,
    [property: Id(3)] ValueList<string> Classifications);
