namespace ControlPlane.Facility.Breakers;

/// <summary>
/// A breaker that adds up overloads: every second at M times the pick-up uses 1/t(M) of the permitted time, and it trips
/// when all of it is used. An instantaneous element trips above its own multiple.
/// </summary>
public sealed record Breaker
{
    /// <summary>
    /// Longest that an instantaneous element takes, in seconds: three cycles at 60 Hz, the usual bound for magnetic trips.
    /// </summary>
    public const double InstantaneousSeconds = 0.05;

    /// <summary>Makes a breaker.</summary>
    /// <param name="curve">Its inverse-time curve.</param>
    /// <param name="pickupAmperes">The current above which it starts to count, above 0.</param>
    /// <param name="instantaneousMultiple">Multiple of the pick-up above which it trips at once, above 1; null without such an element.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public Breaker(TripCurve curve, double pickupAmperes, double? instantaneousMultiple = null)
    {
        Curve = curve;
        PickupAmperes = Require.Positive(pickupAmperes);
        InstantaneousMultiple = instantaneousMultiple is { } multiple && Require.Positive(multiple, nameof(instantaneousMultiple)) <= 1
            ? throw new ArgumentOutOfRangeException(nameof(instantaneousMultiple), multiple, "An instantaneous element must be set above the pick-up.")
            : instantaneousMultiple;
    }

    /// <summary>Its inverse-time curve.</summary>
    public TripCurve Curve { get; }

    /// <summary>The current above which it starts to count.</summary>
    public double PickupAmperes { get; }

    /// <summary>Multiple above which it trips at once, or null.</summary>
    public double? InstantaneousMultiple { get; }

    /// <summary>Seconds until the trip at a constant current, from cold; infinite when it never trips.</summary>
    /// <param name="amperes">0 or more.</param>
    public double TripSeconds(double amperes) => SecondsLeft(BreakerState.Cold, amperes);

    /// <summary>Seconds until the trip if the current stays; 0 when it has tripped, infinite when it never will.</summary>
    /// <param name="state">How it stands.</param>
    /// <param name="amperes">0 or more.</param>
    public double SecondsLeft(BreakerState state, double amperes)
    {
        var multiple = Require.NotNegative(amperes) / PickupAmperes;
        if (state.Tripped)
            return 0;
        var whole = Curve.TripSeconds(multiple);
        if (double.IsInfinity(whole))
            return whole;
        var left = (1 - state.Accumulated) * whole;
        return multiple > InstantaneousMultiple ? Math.Min(left, InstantaneousSeconds) : left;
    }

    /// <summary>
    /// The state after some time at a constant current. Below the pick-up the accumulator empties at the curve's rate of
    /// return; a curve without one keeps what it holds, which errs on the safe side.
    /// </summary>
    /// <param name="state">The state at the start.</param>
    /// <param name="amperes">0 or more.</param>
    /// <param name="time">How long, not negative.</param>
    public BreakerState Step(BreakerState state, double amperes, TimeSpan time)
    {
        var seconds = Require.Forward(time).TotalSeconds;
        if (state.Tripped || SecondsLeft(state, amperes) <= seconds)
            return new BreakerState(Math.Max(state.Accumulated, 1), true);
        var multiple = amperes / PickupAmperes;
        var change = multiple > 1 ? seconds / Curve.TripSeconds(multiple) : -seconds / Curve.ResetSecondsAt(multiple);
        return state with { Accumulated = Math.Max(0, state.Accumulated + change) };
    }

    /// <summary>When it trips under a changing current: seconds from the start, infinite when it holds.</summary>
    /// <param name="currents">Currents and how long each lasts; the last one may last for ever (<see cref="TimeSpan.MaxValue"/>).</param>
    public double TripSeconds(IEnumerable<(double Amperes, TimeSpan Time)> currents)
    {
        ArgumentNullException.ThrowIfNull(currents);
        var (state, passed) = (BreakerState.Cold, 0.0);
        foreach (var (amperes, time) in currents)
        {
            var left = SecondsLeft(state, amperes);
            if (left <= time.TotalSeconds)
                return passed + left;
            state = Step(state, amperes, time);
            passed += time.TotalSeconds;
        }
        return double.PositiveInfinity;
    }
}
