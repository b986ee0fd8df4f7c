namespace ControlPlane.Api;

/// <summary>A manifest file.</summary>
/// <param name="Name">Its name, used in messages.</param>
/// <param name="Text">YAML (several documents allowed) or JSON.</param>
public sealed record FileBody(string Name, string Text);

/// <summary>Manifests to apply, or jobs to submit.</summary>
/// <param name="Files">The files.</param>
/// <param name="DryRun">True to hear the verdict only.</param>
/// <param name="Beside">Files that jobs name as ptxFile: each by its path from where its manifest's file is named.</param>
public sealed record ApplyRequest(IReadOnlyList<FileBody> Files, bool DryRun = false, IReadOnlyList<FileBody>? Beside = null);

/// <summary>What applying did.</summary>
/// <param name="Version">The factory's version afterwards.</param>
/// <param name="Changes">What was done to each object.</param>
public sealed record ApplyResponse(long Version, IReadOnlyList<ObjectChangeResponse> Changes);

/// <summary>What was done to an object.</summary>
/// <param name="Key">Kind and name, such as <c>Rack/gb200</c>.</param>
/// <param name="Change">created, changed, unchanged or removed.</param>
public sealed record ObjectChangeResponse(string Key, string Change);

/// <summary>Why a request was not carried out. Nothing was changed.</summary>
/// <param name="Message">In one sentence.</param>
/// <param name="Errors">Each thing that is wrong.</param>
public sealed record ErrorResponse(string Message, IReadOnlyList<FieldError> Errors);

/// <summary>One thing that is wrong with an input.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Line, from 1; 0 when it belongs to no line.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Field">The field.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Expected">What would be right.</param>
public sealed record FieldError(string File, int Line, int Column, string Field, string Problem, string Expected);

/// <summary>A change to keep under a name until it is activated or discarded.</summary>
/// <param name="Files">Manifests to add or replace.</param>
/// <param name="Removed">Objects to remove, such as <c>Rack/old</c>.</param>
/// <param name="Replace">True to take the place of another change of that name.</param>
public sealed record StageRequest(IReadOnlyList<FileBody> Files, IReadOnlyList<string>? Removed = null, bool Replace = false);

/// <summary>A change that is kept.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Files">Names of its manifest files.</param>
/// <param name="Removed">Objects that it removes.</param>
/// <param name="At">When it was staged.</param>
/// <param name="Version">The factory's version then.</param>
/// <param name="ActivatedAs">The version that it made; null until it is activated.</param>
public sealed record ChangeResponse(string Name, IReadOnlyList<string> Files, IReadOnlyList<string> Removed, DateTimeOffset At, long Version, long? ActivatedAs);

/// <summary>A change, and what activating it now would come to, or came to.</summary>
/// <param name="Change">The change.</param>
/// <param name="Version">The factory's version.</param>
/// <param name="Changes">What would be, or was, done to each object; empty when something is wrong.</param>
/// <param name="Errors">Why it cannot be activated now; empty when it can.</param>
public sealed record ChangeVerdictResponse(
    ChangeResponse Change, long Version, IReadOnlyList<ObjectChangeResponse> Changes, IReadOnlyList<FieldError> Errors);
