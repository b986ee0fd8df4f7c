namespace ControlPlane.Facility.Breakers;

/// <summary>What a breaker's standard promises at a current.</summary>
public enum TripPromise
{
    /// <summary>It does not trip.</summary>
    Holds,

    /// <summary>It may or may not trip: plan as if it did.</summary>
    MayTrip,

    /// <summary>It trips within the conventional time.</summary>
    TripsInTime,

    /// <summary>It trips in time, and perhaps at once.</summary>
    MayTripAtOnce,

    /// <summary>Its magnet trips it at once.</summary>
    TripsAtOnce,
}
