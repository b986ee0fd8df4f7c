using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// How fast power may change at the meter, down and up alike: a fleet that returns at once is an event of its own. Gas
/// units follow with 10 to 20 MW a minute (EasyRider, arXiv:2604.15522).
/// </summary>
public sealed record RampLimit
{
    /// <summary>Makes a limit.</summary>
    /// <param name="perSecond">Most change in a second, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public RampLimit(Watts perSecond)
    {
        Require.Positive(perSecond.Value, nameof(perSecond));
        PerSecond = perSecond;
    }

    /// <summary>Most change in a second.</summary>
    public Watts PerSecond { get; }

    /// <summary>The least time in which power may go from one level to another, in seconds.</summary>
    public double SecondsBetween(Watts from, Watts to) => Math.Abs((to - from).Value) / PerSecond.Value;

    /// <summary>The power after a step towards a goal.</summary>
    /// <param name="now">Power now.</param>
    /// <param name="goal">Where it should go.</param>
    /// <param name="time">Not negative.</param>
    public Watts Next(Watts now, Watts goal, TimeSpan time)
    {
        var most = PerSecond * Require.Forward(time).TotalSeconds;
        var change = goal - now;
        if (change > most)
            return now + most;
        return change < Watts.Zero - most ? now - most : goal;
    }
}
