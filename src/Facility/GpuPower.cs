using ControlPlane.Domain.Units;

namespace ControlPlane.Facility;

/// <summary>What a GPU draws, from how hard it works and what its limit lets it draw.</summary>
public static class GpuPower
{
    /// <summary>
    /// Draw at a utilisation: the idle draw plus that share of the range up to the limit. The straight line is the
    /// common first-order model of data-centre simulators (OpenDC among them); phases that draw more or less than their
    /// utilisation says are given by a utilisation of their own.
    /// </summary>
    /// <param name="utilisation">Share of the power range in use; clamped to 0 to 1.</param>
    /// <param name="idle">Draw when nothing runs.</param>
    /// <param name="limit">The rated limit; below the idle draw the idle draw remains.</param>
    public static Watts At(double utilisation, Watts idle, Watts limit)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(double.IsNaN(utilisation), true);
        return limit <= idle ? idle : idle + (limit - idle) * Math.Clamp(utilisation, 0, 1);
    }

    /// <summary>
    /// Draw under a cap: the uncapped draw or the cap, whichever is less, but never below idle. A cap above the draw
    /// sheds nothing.
    /// </summary>
    /// <param name="utilisation">Share of the power range in use; clamped to 0 to 1.</param>
    /// <param name="idle">Draw when nothing runs.</param>
    /// <param name="limit">The rated limit.</param>
    /// <param name="cap">The power cap in force.</param>
    public static Watts UnderCap(double utilisation, Watts idle, Watts limit, Watts cap)
    {
        var draw = At(utilisation, idle, limit);
        if (cap >= draw)
            return draw;
        return cap > idle ? cap : idle;
    }

    /// <summary>
    /// Share of full speed that remains under a cap, by the straight line: the dynamic power left over the dynamic power
    /// wanted. It errs low: measured training keeps 78 % of its speed at a 250 W cap on a 400 W A100.
    /// </summary>
    /// <param name="utilisation">Share of the power range in use; clamped to 0 to 1.</param>
    /// <param name="idle">Draw when nothing runs.</param>
    /// <param name="limit">The rated limit.</param>
    /// <param name="cap">The power cap in force.</param>
    /// <returns>0 to 1.</returns>
    public static double SpeedUnderCap(double utilisation, Watts idle, Watts limit, Watts cap)
    {
        var wanted = At(utilisation, idle, limit) - idle;
        if (wanted == Watts.Zero)
            return 1;
        return (UnderCap(utilisation, idle, limit, cap) - idle).Value / wanted.Value;
    }
}
