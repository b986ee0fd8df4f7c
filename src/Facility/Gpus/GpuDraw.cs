using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Gpus;

/// <summary>
/// What a GPU draws by utilisation and clock: idle + (full - idle) * g(u) * f^a. With voltage following the clock, a is 3
/// for work bound by compute; memory-bound work is nearer to 1.
/// </summary>
public sealed record GpuDraw
{
    /// <summary>Makes a model.</summary>
    /// <param name="idle">Draw when nothing runs, 0 or more.</param>
    /// <param name="full">Draw at full load and full clock, at least the idle draw.</param>
    /// <param name="law">g; a straight line when null.</param>
    /// <param name="clockExponent">a, 1 to 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public GpuDraw(Watts idle, Watts full, UtilisationLaw? law = null, double clockExponent = 3)
    {
        Require.NotNegative(idle.Value, nameof(idle));
        Require.AtLeast(full.Value, idle.Value, nameof(full));
        (Idle, Full, Law) = (idle, full, law ?? UtilisationLaw.Linear);
        ClockExponent = clockExponent is >= 1 and <= 3
            ? clockExponent
            : throw new ArgumentOutOfRangeException(nameof(clockExponent), clockExponent, "The clock's exponent must be between 1 and 3.");
    }

    /// <summary>Draw when nothing runs.</summary>
    public Watts Idle { get; }

    /// <summary>Draw at full load and full clock.</summary>
    public Watts Full { get; }

    /// <summary>g: how utilisation uses the range.</summary>
    public UtilisationLaw Law { get; }

    /// <summary>a: how the clock shrinks the range.</summary>
    public double ClockExponent { get; }

    /// <summary>The draw.</summary>
    /// <param name="utilisation">Clamped to 0 to 1.</param>
    /// <param name="clockRatio">Clock over full clock, above 0, at most 1.</param>
    public Watts At(double utilisation, double clockRatio = 1) =>
        Idle + (Full - Idle) * (Law.Share(utilisation) * Math.Pow(Require.PositiveShare(clockRatio), ClockExponent));

    /// <summary>The draw under a cap: the cap where it binds, but never below idle.</summary>
    /// <param name="utilisation">Clamped to 0 to 1.</param>
    /// <param name="cap">The power cap in force.</param>
    /// <param name="clockRatio">Clock over full clock, above 0, at most 1.</param>
    public Watts UnderCap(double utilisation, Watts cap, double clockRatio = 1)
    {
        var draw = At(utilisation, clockRatio);
        if (cap >= draw)
            return draw;
        return cap > Idle ? cap : Idle;
    }

    /// <summary>
    /// What a cap sheds of a measured draw: never counted from the rating. A cap below what the device accepts acts as
    /// the least that it accepts.
    /// </summary>
    /// <param name="draw">What it draws now.</param>
    /// <param name="cap">The cap asked for.</param>
    /// <param name="leastCap">The lowest cap that the device accepts.</param>
    public static Watts Shed(Watts draw, Watts cap, Watts leastCap)
    {
        var enforced = cap > leastCap ? cap : leastCap;
        return draw > enforced ? draw - enforced : Watts.Zero;
    }

    /// <summary>The highest clock ratio at which the draw keeps a cap; 1 when the cap does not bind.</summary>
    /// <param name="utilisation">Clamped to 0 to 1.</param>
    /// <param name="cap">Above the idle draw.</param>
    public double ClockFor(double utilisation, Watts cap)
    {
        if (cap <= Idle)
            throw new ArgumentOutOfRangeException(nameof(cap), cap, $"No clock brings the draw to the idle draw of {Idle} or below.");
        var wanted = (Full - Idle).Value * Law.Share(utilisation);
        return wanted <= (cap - Idle).Value ? 1 : Math.Pow((cap - Idle).Value / wanted, 1 / ClockExponent);
    }
}
