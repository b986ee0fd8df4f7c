namespace ControlPlane.Api;

/// <summary>A capacity plan to be made.</summary>
/// <param name="File">The demand file.</param>
/// <param name="Files">Files that it names: traces of requests, observed draw.</param>
/// <param name="Id">An id of the caller's own, 1 to 63 of a to z, 0 to 9 and hyphen: the same request under it again is the same plan. Made by the host when left out.</param>
public sealed record CapacityPlanRequest(FileBody File, IReadOnlyList<FileBody>? Files = null, string? Id = null);

/// <summary>How far a capacity plan is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The plan's name in the demand file.</param>
/// <param name="State">queued, running, done, stopped or failed. A stopped plan may have files: they hold what was checked until then.</param>
/// <param name="SubmittedAt">When it was asked for.</param>
/// <param name="EndedAt">When it was over; null before.</param>
/// <param name="Doing">What is done at present.</param>
/// <param name="Done">Steps of that which are done.</param>
/// <param name="Of">Its steps.</param>
/// <param name="Fits">Whether the demand fits and every condition holds; null until it is known.</param>
/// <param name="Message">Why it stopped or failed; empty otherwise.</param>
/// <param name="Files">Names of its files, to be fetched one by one; empty until it is over.</param>
public sealed record CapacityPlanResponse(
    string Id, string Name, string State, DateTimeOffset SubmittedAt, DateTimeOffset? EndedAt, string Doing, int Done, int Of, bool? Fits, string Message, IReadOnlyList<string> Files)
{
    /// <summary>True when nothing more comes of it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOver => State is "done" or "stopped" or "failed";
}
