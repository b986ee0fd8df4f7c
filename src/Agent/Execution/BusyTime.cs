using System.Diagnostics;

namespace ControlPlane.Agent.Execution;

/// <summary>The share of time in which a device had work. Thread safe.</summary>
internal sealed class BusyTime
{
    private readonly Lock _lock = new();
    private long _asked = Stopwatch.GetTimestamp();
    private long _begun;
    private long _busyTicks;

    public void Begin()
    {
        lock (_lock)
            _begun = Stopwatch.GetTimestamp();
    }

    public void End()
    {
        lock (_lock)
        {
            _busyTicks += Stopwatch.GetTimestamp() - _begun;
            _begun = 0;
        }
    }

    public double ShareSinceLastAsked()
    {
        lock (_lock)
        {
            var now = Stopwatch.GetTimestamp();
            if (_begun != 0)
                (_busyTicks, _begun) = (_busyTicks + now - _begun, now);
            var share = (double)_busyTicks / Math.Max(now - _asked, 1);
            (_asked, _busyTicks) = (now, 0);
            return Math.Clamp(share, 0, 1);
        }
    }
}
