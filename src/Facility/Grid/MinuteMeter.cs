using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// What one feed drew, minute by minute, for the newest <see cref="MostMinutes"/>. Minutes without a reading are missing: what
/// was not looked at is unknown. Instants that go back are counted to the newest minute.
/// </summary>
public sealed class MinuteMeter
{
    /// <summary>Two days: events are settled on the day after.</summary>
    public const int MostMinutes = 48 * 60;

    private readonly Queue<MeteredMinute> _over = new();
    private MeteredMinute? _now;

    /// <summary>Takes a reading.</summary>
    /// <param name="at">When; not before the one before it.</param>
    /// <param name="power">What the feed draws.</param>
    /// <param name="isEstimate">True when a part of it is not measured.</param>
    /// <param name="asked">The limit that is asked of it, or null.</param>
    public void Read(DateTimeOffset at, Watts power, bool isEstimate, Watts? asked)
    {
        var minute = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        if (_now is { } now && minute <= now.At)
        {
            var sum = (now.Mean * (long)now.Readings) + power;
            _now = new MeteredMinute(
                now.At, sum * (1.0 / (now.Readings + 1)), now.Readings + 1, now.IsEstimate || isEstimate, now.Asked is { } before && !(asked < before) ? before : asked);
            return;
        }
        if (_now is not null)
            _over.Enqueue(_now);
        while (_over.Count >= MostMinutes)
            _over.Dequeue();
        _now = new MeteredMinute(minute, power, 1, isEstimate, asked);
    }

    /// <summary>The minutes that begin in a span, oldest first; the minute that is not over yet is left out.</summary>
    /// <param name="from">First instant of the span.</param>
    /// <param name="until">First instant after it.</param>
    public IReadOnlyList<MeteredMinute> Between(DateTimeOffset from, DateTimeOffset until) =>
        [.. _over.Where(minute => minute.At >= from && minute.At < until)];
}
