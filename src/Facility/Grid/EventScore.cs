using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>How well an event was met, judged at the meter and by nothing else.</summary>
/// <param name="Baseline">Mean power before the event.</param>
/// <param name="Target">What the meter was to show at most.</param>
/// <param name="Samples">Samples of the hold.</param>
/// <param name="Kept">How many of them kept the target.</param>
/// <param name="MeanFraction">Mean power of the hold over the baseline.</param>
/// <param name="HighestFraction">Highest power of the hold over the baseline.</param>
/// <param name="LowestFraction">Lowest power from the ramp on over the baseline: how far it was overshot.</param>
/// <param name="SettledAt">The instant from which the target was kept, or null.</param>
/// <param name="AvoidedKilowattHours">Energy avoided during the hold.</param>
public sealed record EventScore(
    Watts Baseline, Watts Target, int Samples, int Kept, double MeanFraction, double HighestFraction, double LowestFraction,
    TimeSpan? SettledAt, double AvoidedKilowattHours)
{
    /// <summary>Whether every sample of the hold kept the target.</summary>
    public bool IsCompliant => Kept == Samples;

    /// <summary>How far below the target power fell, over the baseline; 0 when it never did.</summary>
    public double Overshoot => Math.Max(0, Target / Baseline - LowestFraction);

    /// <summary>Judges an event.</summary>
    /// <param name="trace">The meter.</param>
    /// <param name="baseline">Mean power before; above 0.</param>
    /// <param name="targetFraction">Target over baseline, 0 to 1.</param>
    /// <param name="rampStart">When power was to begin to fall.</param>
    /// <param name="holdStart">When the target was to be kept from.</param>
    /// <param name="holdEnd">Last instant of the hold.</param>
    public static EventScore Judge(
        MeterTrace trace, Watts baseline, double targetFraction, TimeSpan rampStart, TimeSpan holdStart, TimeSpan holdEnd)
    {
        Require.Positive(baseline.Value, nameof(baseline));
        var target = baseline * Require.Share(targetFraction);
        return new EventScore(
            baseline, target, trace.Window(holdStart, holdEnd).Count, trace.Kept(holdStart, holdEnd, target),
            trace.Mean(holdStart, holdEnd) / baseline, trace.Highest(holdStart, holdEnd) / baseline,
            trace.Lowest(rampStart, holdEnd) / baseline, trace.KeptFrom(rampStart, holdEnd, target),
            trace.AvoidedKilowattHours(holdStart, holdEnd, baseline));
    }
}
