using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent;

/// <summary>
/// The dead man's switch: so long after it sent the newest message that a host has answered, the node's work is stopped,
/// because the hosts may by then have given it to somebody else. Words that answer nothing prove nothing: the way to the
/// host may be cut while the way back is not.
/// </summary>
internal sealed class LeaseWatch(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private long _answered = clock.GetTimestamp();
    private TimeSpan _limit = Timeout.InfiniteTimeSpan;

    /// <summary>A host has answered.</summary>
    /// <param name="seconds">How long work may go on from when the answered message was sent; 0 turns the switch off.</param>
    /// <param name="sent">When that was, by this clock's timestamps; 0 by a host that does not say.</param>
    public void Welcome(uint seconds, long sent)
    {
        lock (_lock)
        {
            _limit = seconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);
            var now = clock.GetTimestamp();
            // What lies ahead of the clock was not sent by this process.
            _answered = Math.Max(_answered, sent == 0 || sent > now ? now : sent);
        }
    }

    /// <summary>How long ago the newest answered message was sent.</summary>
    public TimeSpan Unanswered
    {
        get
        {
            lock (_lock)
                return clock.GetElapsedTime(_answered);
        }
    }

    /// <summary>How long to wait for an answer before another host is tried: half of what work may go on, so that there is time; null while nothing limits it.</summary>
    public TimeSpan? Patience
    {
        get
        {
            lock (_lock)
                return _limit == Timeout.InfiniteTimeSpan ? null : _limit / 2;
        }
    }

    /// <summary>How long work may go on without another answer; null while no host has limited it, never below zero.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            lock (_lock)
            {
                if (_limit == Timeout.InfiniteTimeSpan)
                    return null;
                var left = _limit - clock.GetElapsedTime(_answered);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Null while a host answers; otherwise the reason to stop.</summary>
    public string? WhyStop()
    {
        lock (_lock)
        {
            return _limit == Timeout.InfiniteTimeSpan || clock.GetElapsedTime(_answered) < _limit
                ? null
                : FormattableString.Invariant($"no host has answered for {_limit.TotalSeconds:0} s");
        }
    }
}
