namespace ControlPlane.Scheduling;

/// <summary>
/// What each queue used over time, old use counting less: after one half-life half as much. Slurm's multifactor priority
/// decays use in the same way.
/// </summary>
/// <param name="queues">How many queues.</param>
/// <param name="halfLife">Above zero.</param>
public sealed class UsageHistory(int queues, TimeSpan halfLife)
{
    private readonly double[] _milliSeconds = new double[queues];
    private DateTimeOffset? _at;

    /// <summary>Decayed use of each queue, descendants included, in thousandths of a GPU times seconds.</summary>
    public IReadOnlyList<double> MilliGpuSeconds => _milliSeconds;

    /// <summary>Takes it that every queue used what it uses now since the last call. A clock that went back adds nothing.</summary>
    /// <param name="now">The time.</param>
    /// <param name="state">The hall as it was since the last call.</param>
    public void Advance(DateTimeOffset now, HallState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (_at is { } last && now > last)
        {
            var halfLives = (now - last) / halfLife;
            var kept = Math.Pow(0.5, halfLives);
            // The integral of the decay over the interval, for a use that did not change in it.
            var weight = halfLife.TotalSeconds * (1 - kept) / Math.Log(2);
            for (var queue = 0; queue < _milliSeconds.Length; queue++)
                _milliSeconds[queue] = (_milliSeconds[queue] * kept) + (state.QueueUsedMilli(queue) * weight);
        }
        if (_at is null || now > _at)
            _at = now;
    }
}
