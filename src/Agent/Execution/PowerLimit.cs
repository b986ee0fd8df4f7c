using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>Keeps the power limit of one device, within what the card accepts, and says why where it cannot. Thread safe.</summary>
internal sealed class PowerLimit(IComputeDevice device)
{
    private readonly Lock _lock = new();
    private DeviceCap? _cap;

    /// <summary>Why the limit is not the one that was ordered; empty while it is.</summary>
    public string Obstacle { get; private set; } = "";

    /// <summary>Why work may not begin under a lease's limit; null when the card says itself that it keeps it.</summary>
    /// <param name="watts">The lease's limit; 0 for none.</param>
    public string? Objection(double watts) => watts <= 0 ? null : Objection(Read().LimitWatts, Obstacle, watts);

    /// <summary>The same by a reading.</summary>
    /// <param name="limit">The limit that is set; null for unknown.</param>
    /// <param name="obstacle">Why it is not the one that was ordered; empty while it is.</param>
    /// <param name="watts">The lease's limit, above 0.</param>
    public static string? Objection(double? limit, string obstacle, double watts)
    {
        const double slack = 1; // Limits are set in milliwatts, and some cards round to whole watts.
        if (limit <= watts + slack)
            return null;
        var why = obstacle.Length > 0 ? obstacle : limit is { } set ? FormattableString.Invariant($"the card's limit is {set:0} W") : "the card does not say what its limit is";
        return FormattableString.Invariant($"it may draw {watts:0} W: {why}");
    }

    private DeviceReadings Read()
    {
        try
        {
            return device.Read();
        }
        catch (DeviceFaultException)
        {
            return default;
        }
    }

    /// <summary>Sets the limit that work asks for itself, never above a cap that holds; null gives back what was set before any.</summary>
    /// <exception cref="DeviceFaultException">The device's limit cannot be set so.</exception>
    public void SetByWork(double? watts)
    {
        lock (_lock)
        {
            if (_cap is { Watts: > 0 } cap)
                device.LimitPower(Math.Min(watts ?? double.MaxValue, cap.Watts));
            else
                device.LimitPower(watts ?? (_cap is { BeforeWatts: > 0 } free ? free.BeforeWatts : null));
        }
    }

    /// <summary>Sets the cap, or with none what was set before it. A cap never lies above that, nor below what the card accepts.</summary>
    public void Keep(DeviceCap cap)
    {
        lock (_lock)
        {
            _cap = cap;
            Set(cap);
        }
    }

    private void Set(DeviceCap cap)
    {
        try
        {
            var readings = device.Read();
            var wanted = cap.Watts <= 0 ? cap.BeforeWatts : cap.BeforeWatts > 0 ? Math.Min(cap.Watts, cap.BeforeWatts) : cap.Watts;
            var least = readings.LowestLimitWatts ?? 0;
            var most = readings.HighestLimitWatts ?? double.MaxValue;
            device.LimitPower(wanted <= 0 ? null : Math.Clamp(wanted, Math.Min(least, most), most));
            Obstacle = wanted > 0 && wanted < least
                ? FormattableString.Invariant($"a cap of {wanted:0} W: this card accepts {least:0} W at least, which is set")
                : "";
        }
        catch (DeviceFaultException fault)
        {
            // A cap that cannot be set is told with every sample: whoever relies on it must know.
            Obstacle = cap.Watts > 0 ? FormattableString.Invariant($"a cap of {cap.Watts:0} W: {fault.Message}") : "";
        }
    }
}
