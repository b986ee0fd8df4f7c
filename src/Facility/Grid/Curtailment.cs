using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// What a grid asks for: from a notice on, power at the meter follows a straight ramp from the baseline to the target and
/// stays there. The ramp ends when the notice is used up.
/// </summary>
public sealed record Curtailment
{
    /// <summary>Makes a request.</summary>
    /// <param name="baseline">Power before, 0 or more.</param>
    /// <param name="target">Power asked for, 0 to the baseline.</param>
    /// <param name="noticeSeconds">From the notice until the target holds, 0 or more.</param>
    /// <param name="rampSeconds">Length of the ramp, 0 to the notice.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public Curtailment(Watts baseline, Watts target, double noticeSeconds, double rampSeconds)
    {
        Require.NotNegative(target.Value, nameof(target));
        Require.AtLeast(baseline.Value, target.Value, nameof(baseline));
        (Baseline, Target) = (baseline, target);
        NoticeSeconds = Require.NotNegative(noticeSeconds);
        RampSeconds = Require.NotNegative(rampSeconds) <= noticeSeconds
            ? rampSeconds
            : throw new ArgumentOutOfRangeException(nameof(rampSeconds), rampSeconds, "A ramp cannot be longer than its notice.");
    }

    /// <summary>Power before.</summary>
    public Watts Baseline { get; }

    /// <summary>Power asked for.</summary>
    public Watts Target { get; }

    /// <summary>From the notice until the target holds.</summary>
    public double NoticeSeconds { get; }

    /// <summary>Length of the ramp.</summary>
    public double RampSeconds { get; }

    /// <summary>How fast power must fall, in watts a second; infinite when it must fall at once.</summary>
    public double RampWattsPerSecond => Baseline == Target ? 0 : (Baseline - Target).Value / RampSeconds;

    /// <summary>The most that the meter may show.</summary>
    /// <param name="seconds">Since the notice, 0 or more.</param>
    public Watts AllowedAt(double seconds)
    {
        var begun = Require.NotNegative(seconds) - (NoticeSeconds - RampSeconds);
        if (begun <= 0 && seconds < NoticeSeconds)
            return Baseline;
        return begun >= RampSeconds ? Target : Baseline - (Baseline - Target) * (begun / RampSeconds);
    }
}
