using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Planning;

/// <summary>How many copies of a job fit, and what keeps the next one out.</summary>
/// <param name="Count">Copies that fit at the same time.</param>
/// <param name="Binding">The decision on the first copy that did not fit; null when the asked-for count was reached.</param>
public sealed record HallCapacityAnswer(int Count, PlacementDecision? Binding)
{
    /// <summary>What keeps the next copy out, dominant reason first; empty when nothing did.</summary>
    public ValueList<Reason> Reasons => Binding switch
    {
        Waiting waiting => waiting.Reasons,
        Refused refused => refused.Reasons,
        _ => [],
    };
}
