using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>What a meter showed, sample by sample, and how an event is judged by it. Windows include both their ends.</summary>
public sealed class MeterTrace
{
    private readonly IReadOnlyList<MeterSample> _samples;

    /// <summary>Makes a trace.</summary>
    /// <param name="samples">At least one, at rising instants.</param>
    /// <exception cref="ArgumentOutOfRangeException">No sample, or instants do not rise.</exception>
    public MeterTrace(IEnumerable<MeterSample> samples)
    {
        _samples = [.. samples];
        Require.Count(_samples.Count, 1, nameof(samples));
        foreach (var (earlier, later) in _samples.Zip(_samples.Skip(1)))
        {
            if (later.Time <= earlier.Time)
                throw new ArgumentOutOfRangeException(nameof(samples), later.Time, "Samples must be in the order of time.");
        }
    }

    /// <summary>All samples.</summary>
    public IReadOnlyList<MeterSample> Samples => _samples;

    /// <summary>The samples of a window.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window holds none.</exception>
    public IReadOnlyList<MeterSample> Window(TimeSpan from, TimeSpan to)
    {
        var found = _samples.Where(sample => sample.Time >= from && sample.Time <= to).ToList();
        return found.Count > 0 ? found : throw new ArgumentOutOfRangeException(nameof(from), from, $"There is no sample from {from} to {to}.");
    }

    /// <summary>Mean power of a window.</summary>
    public Watts Mean(TimeSpan from, TimeSpan to) => Watts.FromWatts(Window(from, to).Average(sample => sample.Power.Value));

    /// <summary>Highest power of a window.</summary>
    public Watts Highest(TimeSpan from, TimeSpan to) => Watts.FromWatts(Window(from, to).Max(sample => sample.Power.Value));

    /// <summary>Lowest power of a window: an event overshoots when this lies far below the target.</summary>
    public Watts Lowest(TimeSpan from, TimeSpan to) => Watts.FromWatts(Window(from, to).Min(sample => sample.Power.Value));

    /// <summary>How many samples of a window keep a limit.</summary>
    public int Kept(TimeSpan from, TimeSpan to, Watts limit) => Window(from, to).Count(sample => sample.Power <= limit);

    /// <summary>The first sample of a window that keeps a limit, or null.</summary>
    public TimeSpan? FirstKept(TimeSpan from, TimeSpan to, Watts limit) =>
        Window(from, to).Where(sample => sample.Power <= limit).Select(sample => (TimeSpan?)sample.Time).FirstOrDefault();

    /// <summary>The last sample of a window that breaks a limit, or null.</summary>
    public TimeSpan? LastBroken(TimeSpan from, TimeSpan to, Watts limit) =>
        Window(from, to).Where(sample => sample.Power > limit).Select(sample => (TimeSpan?)sample.Time).LastOrDefault();

    /// <summary>The first sample after which a limit is kept to the end of the window, or null when its last one breaks it.</summary>
    public TimeSpan? KeptFrom(TimeSpan from, TimeSpan to, Watts limit)
    {
        var window = Window(from, to);
        var kept = window.Reverse().TakeWhile(sample => sample.Power <= limit).ToList();
        return kept.Count == 0 ? null : kept[^1].Time;
    }

    /// <summary>
    /// Energy that a window used less than the baseline, in kilowatt-hours. Every sample stands for the time until the
    /// next one; the last of the trace for as long as the one before it.
    /// </summary>
    public double AvoidedKilowattHours(TimeSpan from, TimeSpan to, Watts baseline)
    {
        var total = 0.0;
        for (var i = 0; i < _samples.Count; i++)
        {
            if (_samples[i].Time >= from && _samples[i].Time <= to)
                total += (baseline - _samples[i].Power).Kilowatts * Lasts(i).TotalHours;
        }
        return total;
    }

    private TimeSpan Lasts(int sample)
    {
        if (sample + 1 < _samples.Count)
            return _samples[sample + 1].Time - _samples[sample].Time;
        return sample > 0 ? _samples[sample].Time - _samples[sample - 1].Time : TimeSpan.Zero;
    }
}
