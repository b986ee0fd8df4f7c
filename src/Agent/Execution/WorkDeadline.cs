using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>Until when an executor may work without a word from its agent. Thread safe.</summary>
internal sealed class WorkDeadline(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private long _renewed = clock.GetTimestamp();
    private TimeSpan _limit = Timeout.InfiniteTimeSpan;

    /// <summary>The agent says how long work may go on from now.</summary>
    public void Renew(uint seconds)
    {
        lock (_lock)
            (_renewed, _limit) = (clock.GetTimestamp(), TimeSpan.FromSeconds(seconds));
    }

    /// <summary>True once the agent should have stopped the work and its grace is over too; never before it has set a limit.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock)
                return _limit != Timeout.InfiniteTimeSpan && clock.GetElapsedTime(_renewed) > _limit + LeaseTerms.StopGrace;
        }
    }
}
