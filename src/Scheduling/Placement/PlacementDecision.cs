using ControlPlane.Domain;
using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>The answer to "may this job start here now?": <see cref="Placed"/>, <see cref="Waiting"/> or <see cref="Refused"/>.</summary>
[GenerateSerializer, Immutable, Alias("PlacementDecision")]
public abstract record PlacementDecision
{
    /// <summary>The decision as sentences with numbers, the dominant reason first.</summary>
    public abstract string Explain();
}

/// <summary>The job does not fit now and may fit later.</summary>
/// <param name="Reasons">Why, dominant reason first; never empty.</param>
[GenerateSerializer, Immutable, Alias("Waiting")]
public sealed record Waiting([property: Id(0)] ValueList<Reason> Reasons) : PlacementDecision
{
    /// <inheritdoc/>
    public override string Explain() => "Waiting. " + string.Join(" ", Reasons.Select(reason => reason.Explain()));
}

/// <summary>The job could never run in this hall, not even were it empty, healthy and at its rated limits.</summary>
/// <param name="Reasons">Why, dominant reason first; never empty.</param>
[GenerateSerializer, Immutable, Alias("Refused")]
public sealed record Refused([property: Id(0)] ValueList<Reason> Reasons) : PlacementDecision
{
    /// <inheritdoc/>
    public override string Explain() =>
        (Reasons[0].Unit.Length > 0 ? "Refused: not even the empty hall could run it. " : "Refused. ")
        + string.Join(" ", Reasons.Select(reason => reason.Explain()));
}
