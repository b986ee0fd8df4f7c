using System.Text.Json.Serialization;

namespace ControlPlane.Api;

/// <summary>A GPU reports a fault.</summary>
/// <param name="Xid">The driver's Xid number, 1 to 10,000.</param>
/// <param name="Number">Tells the GPU's events apart: one that was heard lately makes no second case. The host's clock in microseconds when left out.</param>
/// <param name="Detail">What else is known, for a person.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record GpuFaultRequest(int Xid, long? Number = null, string? Detail = null);

/// <summary>New settings of automatic remedies; what is left out stays.</summary>
/// <param name="Remedy">Whose rule: restart-job, reset-gpu, drain or replace.</param>
/// <param name="Mode">act, dryRun or off.</param>
/// <param name="MostPerHour">At most so often within an hour, 0 to 10,000.</param>
/// <param name="MostClosedShare">Most of the hall's GPUs that all remedies may keep from work at once, 0 to 1.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RemedySettingsRequest(string? Remedy = null, string? Mode = null, int? MostPerHour = null, double? MostClosedShare = null);

/// <summary>A hall's automatic remedies.</summary>
/// <param name="Rules">One rule for each.</param>
/// <param name="MostClosedShare">Most of the hall's GPUs that they may keep from work at once, 0 to 1.</param>
/// <param name="ClosedGpus">GPUs that they keep from work now.</param>
/// <param name="Cases">The newest cases, newest first.</param>
public sealed record RemediesResponse(IReadOnlyList<RemedyRuleResponse> Rules, double MostClosedShare, int ClosedGpus, IReadOnlyList<RemedyCaseResponse> Cases);

/// <summary>An automatic remedy's rule.</summary>
/// <param name="Remedy">The remedy.</param>
/// <param name="Mode">act, dryRun or off.</param>
/// <param name="MostPerHour">At most so often within an hour.</param>
public sealed record RemedyRuleResponse(string Remedy, string Mode, int MostPerHour);

/// <summary>A fault and what is done about it.</summary>
/// <param name="Number">Its number in the hall.</param>
/// <param name="Gpu">The GPU.</param>
/// <param name="Node">Its node.</param>
/// <param name="Xid">The driver's Xid number.</param>
/// <param name="What">The fault in words.</param>
/// <param name="At">When it was first seen.</param>
/// <param name="Remedy">The remedy.</param>
/// <param name="State">noted, dryRun, heldBack, acting, done or failed.</param>
/// <param name="Step">How far it is while acting: waiting, emptying, resetting, reopening or holding.</param>
/// <param name="Because">Why, for a person.</param>
/// <param name="Repeats">How often the same was reported since.</param>
public sealed record RemedyCaseResponse(
    long Number, string Gpu, string Node, int Xid, string What, DateTimeOffset At, string Remedy, string State, string Step, string Because, int Repeats);
