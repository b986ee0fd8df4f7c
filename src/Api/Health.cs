using System.Text.Json.Serialization;

namespace ControlPlane.Api;

/// <summary>What a source says of a node's health. Every field is checked by name, so that a misspelt one does not pass for silence.</summary>
/// <param name="ObservedAt">When it was seen, such as <c>2026-11-26T08:00:00Z</c>.</param>
/// <param name="Alerts">What is wrong; left out, nothing is.</param>
/// <param name="Successes">What is right.</param>
/// <param name="Mode">report (default); merge: an override that is added; replace: an override that stands for all reports.</param>
/// <param name="Source">Who says so; may be left out, else it is the one in the path.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HealthReportRequest(
    string? ObservedAt = null, IReadOnlyList<HealthAlertBody?>? Alerts = null, IReadOnlyList<HealthPartBody?>? Successes = null,
    string? Mode = null, string? Source = null);

/// <summary>Something that is wrong.</summary>
/// <param name="Id">What was looked at, such as <c>BmcSensor</c>.</param>
/// <param name="Target">Which part; left out for the whole.</param>
/// <param name="InAlertSince">Since when; left out: since the source first said so.</param>
/// <param name="Message">What was found.</param>
/// <param name="Classifications">What follows from it; <c>PreventAllocations</c> keeps new work off the node.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HealthAlertBody(
    string? Id = null, string? Target = null, string? InAlertSince = null, string? Message = null, IReadOnlyList<string?>? Classifications = null);

/// <summary>Something that is right.</summary>
/// <param name="Id">What was looked at.</param>
/// <param name="Target">Which part; left out for the whole.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HealthPartBody(string? Id = null, string? Target = null);

/// <summary>A node's health.</summary>
/// <param name="Node">The node.</param>
/// <param name="Taken">Whether what was asked was done; false when a source has said something newer.</param>
/// <param name="Message">What it comes to.</param>
/// <param name="Condition">The node's condition: ready, cordoned, draining or failed.</param>
/// <param name="Because">What keeps new work off it; empty when nothing does.</param>
/// <param name="IsAllocatable">Whether health lets new work on it; null when nobody has said anything, and then it does.</param>
/// <param name="ObservedAt">The oldest of what counts; null when nobody has said anything.</param>
/// <param name="Alerts">What is wrong, all sources together.</param>
/// <param name="Successes">What is right, all sources together.</param>
/// <param name="Sources">What each source says.</param>
public sealed record HealthResponse(
    string Node, bool Taken, string Message, string Condition, string Because, bool? IsAllocatable, DateTimeOffset? ObservedAt,
    IReadOnlyList<HealthAlertResponse> Alerts, IReadOnlyList<HealthPartResponse> Successes, IReadOnlyList<HealthSourceResponse> Sources);

/// <summary>Something that is wrong.</summary>
/// <param name="Id">What was looked at.</param>
/// <param name="Target">Which part, or null for the whole.</param>
/// <param name="InAlertSince">Since when.</param>
/// <param name="Message">What was found.</param>
/// <param name="Classifications">What follows from it.</param>
public sealed record HealthAlertResponse(string Id, string? Target, DateTimeOffset? InAlertSince, string Message, IReadOnlyList<string> Classifications);

/// <summary>Something that is right.</summary>
/// <param name="Id">What was looked at.</param>
/// <param name="Target">Which part, or null for the whole.</param>
public sealed record HealthPartResponse(string Id, string? Target);

/// <summary>What one source says.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Mode">report, merge or replace.</param>
/// <param name="ObservedAt">When it was seen.</param>
/// <param name="Alerts">What is wrong.</param>
/// <param name="Successes">What is right.</param>
public sealed record HealthSourceResponse(
    string Source, string Mode, DateTimeOffset ObservedAt, IReadOnlyList<HealthAlertResponse> Alerts, IReadOnlyList<HealthPartResponse> Successes);

/// <summary>A node whose GPUs were tested in the background.</summary>
/// <param name="Node">The node.</param>
/// <param name="At">When it was last looked at.</param>
/// <param name="Outcome">What was found: sound, what is wrong, or why it was broken off.</param>
public sealed record CheckedNodeResponse(string Node, DateTimeOffset At, string Outcome);
