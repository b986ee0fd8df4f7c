using System.Collections.Immutable;

using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent;

/// <summary>What happened to devices and no host has heard yet. Thread safe.</summary>
internal sealed class EventBox(TimeProvider clock)
{
    /// <summary>A device that reports faults without end must not fill the agent's memory: of those the oldest go.</summary>
    private const int Most = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<DeviceEvent> _events = new();
    private long _last;

    /// <summary>Takes up again what was not heard before the agent ended.</summary>
    public void Restore(IEnumerable<DeviceEvent> kept)
    {
        lock (_lock)
        {
            foreach (var happened in kept)
            {
                _last = Math.Max(_last, happened.Number);
                _events.Enqueue(happened);
            }
        }
    }

    /// <summary>Gives an event its number and keeps it.</summary>
    public void Add(DeviceEvent happened)
    {
        lock (_lock)
        {
            // By the clock, so that numbers grow across restarts; by one where it stands still or was set back.
            _last = Math.Max(_last + 1, (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            happened.Number = _last;
            _events.Enqueue(happened);
            if (_events.Count > Most)
                _events.Dequeue();
        }
    }

    /// <summary>A host has heard all up to this number. False when that is no news.</summary>
    public bool Remove(long number)
    {
        lock (_lock)
        {
            var before = _events.Count;
            while (_events.TryPeek(out var oldest) && oldest.Number <= number)
                _events.Dequeue();
            return _events.Count < before;
        }
    }

    public ImmutableArray<DeviceEvent> Unheard()
    {
        lock (_lock)
            return [.. _events.Select(happened => happened.Clone())];
    }
}
