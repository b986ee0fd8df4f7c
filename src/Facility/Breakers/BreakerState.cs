namespace ControlPlane.Facility.Breakers;

/// <summary>How near to its trip a breaker is.</summary>
/// <param name="Accumulated">0 when cold, 1 at the trip: the share of the permitted time that overloads have used.</param>
/// <param name="Tripped">Whether it is open. It stays open until somebody closes it.</param>
public readonly record struct BreakerState(double Accumulated, bool Tripped)
{
    /// <summary>Closed and cold.</summary>
    public static BreakerState Cold => default;
}
