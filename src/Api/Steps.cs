using System.Text.Json.Serialization;

namespace ControlPlane.Api;

/// <summary>What the ranks of a job took for a step.</summary>
/// <param name="Seconds">Seconds by rank; ranks are numbered from 0 by task and, within a task, by GPU. A rank left out is unknown.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StepTimesRequest(IReadOnlyDictionary<string, double>? Seconds = null);

/// <summary>Which ranks hold a job up.</summary>
/// <param name="Job">The job.</param>
/// <param name="Stragglers">Ranks that were slower than the median by 5 % in three reports one after another.</param>
/// <param name="Message">What is said of them; empty when there are none.</param>
public sealed record StepTimesResponse(string Job, IReadOnlyList<int> Stragglers, string Message);
