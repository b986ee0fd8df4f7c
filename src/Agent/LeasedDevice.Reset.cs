using ControlPlane.Agent.Execution;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent;

/// <content>How it is reset.</content>
internal sealed partial class LeasedDevice
{
    /// <summary>How a CUDA device is reset, {uuid} standing for it; empty when only its executor is started anew.</summary>
    public string ResetCommand { private get; init; } = "";

    /// <summary>Resets the device once its last work is over; the answer is an event. A device that something holds is not reset.</summary>
    public void Reset(long order)
    {
        Lease? held;
        lock (_lock)
        {
            held = _current ?? _accepting;
            if (held is null)
                _work = ResetAsync(order, _work);
        }
        // Outside the lock: the journal asks every device for its state.
        if (held is not null)
            node.Happened(DeviceEvents.Reset(Index, order, FormattableString.Invariant($"generation {held.Generation} of {held.Job} holds it")));
    }

    private async Task ResetAsync(long order, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var objection = await DeviceReset.RunAsync(executor, description, ResetCommand).ConfigureAwait(false);
        if (objection.Length == 0)
        {
            lock (_lock)
                (_sample.Health, _sample.HealthDetail) = (DeviceHealth.Healthy, "");
        }
        // The reading goes out with the event: whoever hears that the reset is over sees the device as it is now.
        node.Happened(DeviceEvents.Reset(Index, order, objection));
    }
}
