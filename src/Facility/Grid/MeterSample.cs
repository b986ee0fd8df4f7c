using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>Power at the meter.</summary>
/// <param name="Time">The instant, from an origin of the caller's choice.</param>
/// <param name="Power">What the meter showed.</param>
public readonly record struct MeterSample(TimeSpan Time, Watts Power);
