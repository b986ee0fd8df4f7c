using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Control;

/// <summary>A limit that some loads share: a feed, a rack, a cooling loop, a meter.</summary>
/// <param name="Name">For people.</param>
/// <param name="Loads">Which loads, by index.</param>
/// <param name="Budget">What they may draw together; less than zero counts as zero.</param>
public sealed record Envelope(string Name, IReadOnlyList<int> Loads, Watts Budget)
{
    /// <summary>
    /// What a watt of each of the loads counts as, in their order; null when each counts as one. So a limit may be of what
    /// watts lead to, such as kelvin at a rack's inlet, the budget then being in thousandths of that for each unit.
    /// </summary>
    public IReadOnlyList<double>? Weights { get; init; }
}
