using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Control;

/// <summary>A cap for each load.</summary>
/// <param name="Caps">By load; at least the device's lowest.</param>
/// <param name="Draw">What all draw under them.</param>
/// <param name="Performance">Speed of all by weight and GPUs over the uncapped speed, 0 to 1; 1 without any weight.</param>
/// <param name="Shortfalls">Envelopes that stay exceeded, and by how much: below the floors only pausing helps.</param>
/// <param name="FloorsBroken">How many loads were taken below their floors.</param>
public sealed record CapPlan(
    IReadOnlyList<Watts> Caps, Watts Draw, double Performance, IReadOnlyList<(string Envelope, Watts Missing)> Shortfalls, int FloorsBroken)
{
    /// <summary>True when every envelope is kept.</summary>
    public bool IsMet => Shortfalls.Count == 0;
}
