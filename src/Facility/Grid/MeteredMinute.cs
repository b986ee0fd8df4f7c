using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>What a feed drew in one minute.</summary>
/// <param name="At">The minute's first instant.</param>
/// <param name="Mean">Mean of the readings taken in it.</param>
/// <param name="Readings">How many.</param>
/// <param name="IsEstimate">True when a part of one was not measured.</param>
/// <param name="Asked">The lowest limit that was asked of the feed in it; null when none was.</param>
public sealed record MeteredMinute(DateTimeOffset At, Watts Mean, int Readings, bool IsEstimate, Watts? Asked);
