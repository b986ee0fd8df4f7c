namespace ControlPlane.Facility.Network;

/// <summary>When in its iterations a job communicates, and how much.</summary>
public sealed record CommunicationPhase
{
    /// <summary>Makes a phase.</summary>
    /// <param name="periodSeconds">One iteration, above 0.</param>
    /// <param name="startSeconds">When in the iteration it begins; taken modulo the period.</param>
    /// <param name="lengthSeconds">0 to the period.</param>
    /// <param name="demand">Rate during the phase, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public CommunicationPhase(double periodSeconds, double startSeconds, double lengthSeconds, double demand)
    {
        PeriodSeconds = Require.Positive(periodSeconds);
        StartSeconds = Modulo(Require.Finite(startSeconds), periodSeconds);
        LengthSeconds = Require.NotNegative(lengthSeconds) <= periodSeconds
            ? lengthSeconds
            : throw new ArgumentOutOfRangeException(nameof(lengthSeconds), lengthSeconds, "A phase is no longer than its period.");
        Demand = Require.NotNegative(demand);
    }

    /// <summary>One iteration.</summary>
    public double PeriodSeconds { get; }

    /// <summary>When in the iteration it begins.</summary>
    public double StartSeconds { get; }

    /// <summary>How long it lasts.</summary>
    public double LengthSeconds { get; }

    /// <summary>Rate during the phase.</summary>
    public double Demand { get; }

    /// <summary>The rate at a time.</summary>
    /// <param name="seconds">Since the common origin.</param>
    public double DemandAt(double seconds) =>
        Modulo(Require.Finite(seconds) - StartSeconds, PeriodSeconds) < LengthSeconds ? Demand : 0;

    /// <summary>The same phase, begun later.</summary>
    /// <param name="seconds">By how much.</param>
    public CommunicationPhase Shifted(double seconds) => new(PeriodSeconds, StartSeconds + seconds, LengthSeconds, Demand);

    internal static double Modulo(double value, double period)
    {
        var rest = value % period;
        if (rest < 0)
            rest += period;
        // A hair below the period is the next one's beginning: offsets are sums of decimals.
        return rest > period * (1 - 1e-12) ? 0 : rest;
    }
}
