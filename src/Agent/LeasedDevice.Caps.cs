using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent;

/// <content>Which power limit it keeps: the lower of a cap that was armed for excursions and of what its lease allows.</content>
internal sealed partial class LeasedDevice
{
    private double _armed;
    private double _allowed;
    private DeviceCap? _cap;

    /// <summary>The armed cap that holds, or null.</summary>
    public DeviceCap? Cap
    {
        get
        {
            lock (_lock)
                return _armed > 0 ? new DeviceCap { Device = Index, Watts = _armed, BeforeWatts = _cap?.BeforeWatts ?? 0 } : null;
        }
    }

    /// <summary>
    /// What must outlive the agent: the armed cap, which holds again until a host says otherwise, and the limit that was set
    /// before any cap. What a lease allows ends with the agent, as its work does.
    /// </summary>
    public DeviceCap? KeptCap
    {
        get
        {
            lock (_lock)
            {
                if (_cap is { Watts: > 0 } cap)
                    return new DeviceCap { Device = Index, Watts = _armed, BeforeWatts = cap.BeforeWatts };
                return _accepting is { CapWatts: > 0 } ? new DeviceCap { Device = Index, BeforeWatts = LimitBefore } : null;
            }
        }
        init => (_cap, _armed) = (value, value?.Watts ?? 0);
    }

    /// <summary>Holds the device to an armed cap, or (0) releases it.</summary>
    public void Hold(double watts)
    {
        lock (_lock)
        {
            if (watts == _armed)
                return;
            _armed = watts;
            Settle();
        }
        KeepThenTell();
    }

    /// <summary>Has the work of a lease that runs keep another limit, or (0) none of its own.</summary>
    public void Limit(string job, long generation, double watts)
    {
        lock (_lock)
        {
            if (_current is not { } lease || lease.Job != job || lease.Generation != generation)
                return;
            _allowed = Sound(watts);
            Settle();
        }
        KeepThenTell();
        node.SampleChanged();
    }

    // Before its executor runs anything: a card keeps its limit across executors, and a cap of dead work must go.
    private void RestoreCap()
    {
        if (_cap is { } cap)
            _ = executor.LimitAsync(cap.Clone());
    }

    // Inside the lock. What was set before is in the journal when a lease begins, and may stay there when it has ended.
    private void Allow(double watts)
    {
        _allowed = Sound(watts);
        if (Settle())
            _ = executor.LimitAsync(_cap!.Clone());
    }

    private static double Sound(double watts) => double.IsFinite(watts) && watts > 0 ? watts : 0;

    // Were the agent to end in between, what was set before would be lost, and the card stay slow.
    private void KeepThenTell()
    {
        node.LeasesChanged();
        lock (_lock)
        {
            if (_cap is { } cap)
                _ = executor.LimitAsync(cap.Clone());
        }
    }

    /// <summary>True when another cap is to hold than before.</summary>
    private bool Settle()
    {
        var watts = _armed > 0 && _allowed > 0 ? Math.Min(_armed, _allowed) : Math.Max(_armed, _allowed);
        if (watts == (_cap?.Watts ?? 0))
            return false;
        // What was set before, by an operator perhaps, is what comes back.
        _cap = new DeviceCap { Device = Index, Watts = watts, BeforeWatts = LimitBefore };
        return true;
    }

    // Just after a release the newest reading may still be of the cap.
    private double LimitBefore => _cap?.BeforeWatts ?? _sample.LimitWatts;

    /// <summary>Inside the lock. A release is over once the card says that it has its limit again.</summary>
    private void NoteLimit()
    {
        if (_cap is { Watts: 0 } released && _sample.HasLimitWatts && (released.BeforeWatts <= 0 || Math.Abs(_sample.LimitWatts - released.BeforeWatts) < 1))
            _cap = null;
    }
}
