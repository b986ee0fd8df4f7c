using ControlPlane.Domain.Grid;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// When work that may wait is best done. Its power is taken to be even, so that what it costs is the mean of the signal over
/// its run. That mean changes its slope only where the run begins or ends at a point of the signal: the best start is one of
/// these, the present, or the latest start.
/// </summary>
public sealed class SignalCurve
{
    private static readonly TimeSpan SinglePoint = TimeSpan.FromHours(1);

    private readonly DateTimeOffset[] _from;
    private readonly decimal?[] _value;
    private readonly decimal[] _sum;
    private readonly long[] _unknown;

    /// <summary>Makes the curve of a signal.</summary>
    /// <param name="signal">The signal; its points are in the order of time.</param>
    public SignalCurve(GridSignal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        var points = signal.Points;
        Require.Count(points.Count, 1, nameof(signal));
        var last = points.Count == 1 ? SinglePoint : points[^1].From - points[^2].From;
        _from = [.. points.Select(point => point.From), points[^1].From + last];
        _value = [.. points.Select(point => signal.By == SignalKind.Price ? point.PricePerMwh : point.GramsPerKwh)];
        (_sum, _unknown) = (new decimal[_from.Length], new long[_from.Length]);
        for (var index = 1; index < _from.Length; index++)
        {
            var ticks = (_from[index] - _from[index - 1]).Ticks;
            _sum[index] = _sum[index - 1] + ((_value[index - 1] ?? 0) * ticks);
            _unknown[index] = _unknown[index - 1] + (_value[index - 1] is null ? ticks : 0);
        }
    }

    /// <summary>Mean of the signal over a run; null when any of it is unknown.</summary>
    /// <param name="start">When it begins.</param>
    /// <param name="duration">How long it takes, above zero.</param>
    public decimal? Mean(DateTimeOffset start, TimeSpan duration)
    {
        if (start < _from[0] || start + duration > _from[^1])
            return null;
        var (from, until) = (At(start), At(start + duration));
        return until.Unknown > from.Unknown ? null : (until.Sum - from.Sum) / duration.Ticks;
    }

    /// <summary>The start with the least mean, of equals the earliest; null when waiting gains nothing or the present is unknown.</summary>
    /// <param name="now">The present.</param>
    /// <param name="latest">The latest start.</param>
    /// <param name="duration">How long the work takes.</param>
    public DeferredStart? Best(DateTimeOffset now, DateTimeOffset latest, TimeSpan duration)
    {
        if (duration <= TimeSpan.Zero || Mean(now, duration) is not { } present)
            return null;
        var best = new DeferredStart(now, present, present);
        foreach (var start in _from.Concat(_from.Select(end => end - duration)).Append(latest).Where(start => start > now && start <= latest).Order())
        {
            if (Mean(start, duration) is { } mean && mean < best.Mean)
                best = best with { At = start, Mean = mean };
        }
        return best.At == now ? null : best;
    }

    // What has come together since the first point.
    private (decimal Sum, long Unknown) At(DateTimeOffset instant)
    {
        var found = Array.BinarySearch(_from, instant);
        if (found >= 0)
            return (_sum[found], _unknown[found]);
        var index = ~found - 1;
        var ticks = (instant - _from[index]).Ticks;
        return (_sum[index] + ((_value[index] ?? 0) * ticks), _unknown[index] + (_value[index] is null ? ticks : 0));
    }
}
