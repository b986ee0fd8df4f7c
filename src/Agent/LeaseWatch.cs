namespace ControlPlane.Agent;

/// <summary>
/// The dead man's switch: when no host has said a word for the time the host itself named, the node's work is
/// stopped, because the hosts may by then have given it to somebody else.
/// </summary>
internal sealed class LeaseWatch(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private long _heard = clock.GetTimestamp();
    private TimeSpan _limit = Timeout.InfiniteTimeSpan;

    /// <param name="seconds">0 turns the switch off.</param>
    public void Welcome(uint seconds)
    {
        lock (_lock)
            (_heard, _limit) = (clock.GetTimestamp(), seconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds));
    }

    public void Hear()
    {
        lock (_lock)
            _heard = clock.GetTimestamp();
    }

    /// <summary>Null while a host is heard; otherwise the reason to stop.</summary>
    public string? WhyStop()
    {
        lock (_lock)
        {
            return _limit == Timeout.InfiniteTimeSpan || clock.GetElapsedTime(_heard) < _limit
                ? null
                : FormattableString.Invariant($"no host has said a word for {_limit.TotalSeconds:0} s");
        }
    }
}
