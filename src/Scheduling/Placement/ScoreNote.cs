using ControlPlane.Domain;
using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>What one preference said of one place; higher is better.</summary>
/// <param name="Preference">The preference, such as <c>expected-use</c>.</param>
/// <param name="Node">The node.</param>
/// <param name="Score">The score; comparable only within one preference.</param>
[GenerateSerializer, Immutable, Alias("ScoreNote")]
public sealed record ScoreNote(
    [property: Id(0)] string Preference,
    [property: Id(1)] NodeId Node,
    [property: Id(2)] long Score)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Node} {Preference} {Score}";
}
