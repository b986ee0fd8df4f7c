using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Cooling;

/// <summary>
/// Whether a rack is too hot for more work: by what its hottest die shows, and by where that is going. It closes before
/// devices throttle and opens only well below, so that it does not swing.
/// </summary>
/// <param name="Slowdown">Where the first of its devices throttles. An H100 does at 87 C (NVIDIA's mock fixtures), an A100 at 89.</param>
/// <param name="Margin">So far below it closes, in kelvin.</param>
/// <param name="Hysteresis">So much further below it opens again, in kelvin.</param>
/// <param name="Horizon">How far ahead it looks where a temperature does not settle.</param>
public sealed record HeatWatch(Celsius Slowdown, double Margin, double Hysteresis, TimeSpan Horizon)
{
    /// <summary>Of devices whose thresholds are not known: as the lowest of those that are.</summary>
    public static HeatWatch Default { get; } = new(Celsius.FromDegrees(87), 4, 4, TimeSpan.FromSeconds(30));

    /// <summary>True when the hottest die, in Celsius, is so hot already that the rack should take nothing new.</summary>
    /// <param name="isClosed">Whether it takes nothing new already.</param>
    /// <param name="hottest">Its hottest die.</param>
    public bool IsHot(bool isClosed, double hottest) => hottest >= Slowdown.Value - Margin - (isClosed ? Hysteresis : 0);

    /// <summary>True when it will throttle: by what it settles at, or within the horizon.</summary>
    /// <param name="earliest">The hottest die two looks ago.</param>
    /// <param name="earlier">The same one look ago.</param>
    /// <param name="hottest">The same now.</param>
    /// <param name="between">The time from look to look, above zero.</param>
    public bool WillBeHot(double earliest, double earlier, double hottest, TimeSpan between) =>
        Expected(earliest, earlier, hottest, between) >= Slowdown.Value;

    /// <summary>
    /// Where a temperature goes that was seen three times. A mass behind a resistance approaches its end exponentially, so
    /// rises that grow smaller are a geometric series with that end; rises that do not are taken on as a straight line.
    /// </summary>
    /// <param name="earliest">First.</param>
    /// <param name="earlier">Second.</param>
    /// <param name="now">Third.</param>
    /// <param name="between">The time between them, above zero.</param>
    public double Expected(double earliest, double earlier, double now, TimeSpan between)
    {
        var (before, last) = (earlier - earliest, now - earlier);
        if (last <= 0)
            return now;
        var ratio = last / before;
        var straight = now + (last * (Horizon / between));
        return before > 0 && ratio < 1 ? Math.Min(straight, now + (last * ratio / (1 - ratio))) : straight;
    }
}
