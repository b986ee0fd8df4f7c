using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>How a feed kept a target, minute by minute, by what was metered.</summary>
/// <param name="Target">The most that it was to draw.</param>
/// <param name="Minutes">The minutes of the window that were metered.</param>
/// <param name="Missing">How many of its minutes were not.</param>
/// <param name="Score">The judgement; its samples are the metered minutes.</param>
public sealed record EventReport(Watts Target, IReadOnlyList<MeteredMinute> Minutes, int Missing, EventScore Score)
{
    /// <summary>Whether every minute was metered and kept the target; an estimate is no meter.</summary>
    public bool IsKept => Missing == 0 && Score.IsCompliant && Minutes.All(minute => !minute.IsEstimate);

    /// <summary>Judges a window; null when no minute of it, or none before it, was metered.</summary>
    /// <param name="before">Minutes before the window: their mean is the baseline.</param>
    /// <param name="window">Minutes of the window.</param>
    /// <param name="from">Its first instant.</param>
    /// <param name="until">The first instant after it.</param>
    /// <param name="target">The most that the feed was to draw; null for the lowest that was asked of it in the window.</param>
    /// <returns>Null also when nothing was asked and no target is given.</returns>
    public static EventReport? Of(
        IReadOnlyList<MeteredMinute> before, IReadOnlyList<MeteredMinute> window, DateTimeOffset from, DateTimeOffset until, Watts? target)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(window);
        var asked = target ?? window.Where(minute => minute.Asked is not null).Min(minute => minute.Asked);
        if (before.Count == 0 || window.Count == 0 || asked is not { } limit)
            return null;
        var baseline = Watts.FromWatts(before.Average(minute => minute.Mean.Value));
        if (baseline <= Watts.Zero)
            return null;
        var trace = new MeterTrace(window.Select(minute => new MeterSample(minute.At - from, minute.Mean)));
        var (first, last) = (trace.Samples[0].Time, trace.Samples[^1].Time);
        var expected = (int)Math.Ceiling((until - from) / TimeSpan.FromMinutes(1));
        // Each minute stands for a minute, also where the next one is missing.
        var avoided = window.Sum(minute => (baseline - minute.Mean).Kilowatts) / 60;
        var score = new EventScore(
            baseline, limit, window.Count, trace.Kept(first, last, limit), trace.Mean(first, last) / baseline, trace.Highest(first, last) / baseline,
            trace.Lowest(first, last) / baseline, trace.KeptFrom(first, last, limit), avoided);
        return new EventReport(limit, window, Math.Max(0, expected - window.Count), score);
    }
}
