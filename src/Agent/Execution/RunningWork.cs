using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>What an executor says of the work it does, while it does it. Thread safe.</summary>
internal sealed class RunningWork
{
    private readonly Lock _lock = new();
    private MeteredDevice? _device;
    private ProgramProgress? _progress;

    /// <summary>Work begins on the job's part of the device.</summary>
    public void Begin(MeteredDevice device)
    {
        lock (_lock)
            (_device, _progress) = (device, null);
    }

    /// <summary>A program has come further.</summary>
    public void Note(ProgramProgress progress)
    {
        lock (_lock)
            _progress = progress;
    }

    /// <summary>The work is over.</summary>
    public void End()
    {
        lock (_lock)
            (_device, _progress) = (null, null);
    }

    /// <summary>Adds what is known; nothing while no work runs.</summary>
    public void AddTo(DeviceSample sample)
    {
        lock (_lock)
        {
            if (_device is { } device)
                sample.JobMemoryBytes = (ulong)device.HeldBytes;
            if (_progress is not { } progress)
                return;
            sample.Progress = (double)progress.Done / progress.Total;
            if (progress.Loss is { } loss)
                sample.Loss = loss;
        }
    }
}
