using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Cooling;

/// <summary>
/// Whether a rack is too hot for more work: by what its hottest die shows, and by where it will be soon at the rate at which it
/// rises. It closes before devices throttle and opens only well below, so that it does not swing.
/// </summary>
/// <param name="Slowdown">Where the first of its devices throttles. An H100 does at 87 C (NVIDIA's mock fixtures), an A100 at 89.</param>
/// <param name="Margin">So far below it closes, in kelvin.</param>
/// <param name="Hysteresis">So much further below it opens again, in kelvin.</param>
/// <param name="Horizon">How far ahead it looks.</param>
public sealed record HeatWatch(Celsius Slowdown, double Margin, double Hysteresis, TimeSpan Horizon)
{
    /// <summary>Of devices whose thresholds are not known: as the lowest of those that are.</summary>
    public static HeatWatch Default { get; } = new(Celsius.FromDegrees(87), 4, 4, TimeSpan.FromSeconds(30));

    /// <summary>Why the rack should take nothing new; null while it may, or when nothing is known.</summary>
    /// <param name="isClosed">Whether it takes nothing new already.</param>
    /// <param name="hottest">Its hottest die, in Celsius; null when unknown.</param>
    /// <param name="before">The same a while before; null when unknown.</param>
    /// <param name="between">The time between both, above zero.</param>
    public string? Why(bool isClosed, double? hottest, double? before, TimeSpan between)
    {
        if (hottest is not { } now || !double.IsFinite(now))
            return null;
        var rate = before is { } then && between > TimeSpan.Zero ? (now - then) / between.TotalSeconds : 0;
        var soon = now + (Math.Max(0, rate) * Horizon.TotalSeconds);
        var limit = Slowdown.Value - Margin - (isClosed ? Hysteresis : 0);
        if (now >= limit)
            return FormattableString.Invariant($"its hottest die is at {now:0.0} C, and devices throttle at {Slowdown}");
        return soon >= Slowdown.Value
            ? FormattableString.Invariant($"its hottest die is at {now:0.0} C and rises by {rate * 60:0.0} C a minute, and devices throttle at {Slowdown}")
            : null;
    }
}
