namespace ControlPlane.Facility.Breakers;

/// <summary>
/// What a product standard promises of a thermal-magnetic breaker: below one multiple it holds, above another it trips
/// within the conventional time, and between two larger ones its magnet takes over.
/// </summary>
public sealed record TripBand
{
    /// <summary>Makes a band.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="hold">Multiple of the rated current up to which it must hold.</param>
    /// <param name="trip">Multiple from which it must trip in the conventional time.</param>
    /// <param name="magneticHold">Multiple up to which the magnet must not act.</param>
    /// <param name="magneticTrip">Multiple from which the magnet must act.</param>
    /// <exception cref="ArgumentOutOfRangeException">The multiples are not above 0 and rising.</exception>
    public TripBand(string name, double hold, double trip, double magneticHold, double magneticTrip)
    {
        Name = name;
        Hold = Require.Positive(hold);
        Trip = Require.AtLeast(trip, hold);
        MagneticHold = Require.AtLeast(magneticHold, trip);
        MagneticTrip = Require.AtLeast(magneticTrip, magneticHold);
    }

    /// <summary>IEC 60898 characteristic B.</summary>
    public static TripBand Iec60898B { get; } = new("IEC60898 B", 1.13, 1.45, 3, 5);

    /// <summary>IEC 60898 characteristic C.</summary>
    public static TripBand Iec60898C { get; } = new("IEC60898 C", 1.13, 1.45, 5, 10);

    /// <summary>IEC 60898 characteristic D.</summary>
    public static TripBand Iec60898D { get; } = new("IEC60898 D", 1.13, 1.45, 10, 20);

    /// <summary>UL 489, the D characteristic of Altech's UL series.</summary>
    public static TripBand Ul489D { get; } = new("UL489_D", 1.05, 1.35, 10, 16);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TripBand> All { get; } = [Iec60898B, Iec60898C, Iec60898D, Ul489D];

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Multiple up to which it must hold.</summary>
    public double Hold { get; }

    /// <summary>Multiple from which it must trip in the conventional time.</summary>
    public double Trip { get; }

    /// <summary>Multiple up to which the magnet must not act.</summary>
    public double MagneticHold { get; }

    /// <summary>Multiple from which the magnet must act.</summary>
    public double MagneticTrip { get; }

    /// <summary>What is promised at a multiple of the rated current.</summary>
    /// <param name="multiple">0 or more.</param>
    public TripPromise At(double multiple) => Require.NotNegative(multiple) switch
    {
        var m when m <= Hold => TripPromise.Holds,
        var m when m < Trip => TripPromise.MayTrip,
        var m when m <= MagneticHold => TripPromise.TripsInTime,
        var m when m < MagneticTrip => TripPromise.MayTripAtOnce,
        _ => TripPromise.TripsAtOnce,
    };
}
