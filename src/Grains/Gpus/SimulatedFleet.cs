using System.Collections.Concurrent;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Racks;
using Microsoft.Extensions.Options;

namespace ControlPlane.Grains.Gpus;

/// <summary>The simulated GPUs of one process. A GPU's readings follow from when its leases began and what time it is.</summary>
internal sealed class SimulatedFleet(IOptions<FactoryOptions> options)
{
    private readonly ConcurrentDictionary<GpuId, SimulatedDevice> _devices = new();

    /// <summary>Starts a lease's work, as of the given instant. Repeatable.</summary>
    public void Start(GpuId gpu, GpuLease lease, DateTimeOffset at) =>
        _devices.GetOrAdd(gpu, _ => new SimulatedDevice(lease.IdleWatts, lease.LimitWatts, lease.InletCelsius, options.Value.TimeScale)).Start(lease, at);

    /// <summary>Stops a lease's work.</summary>
    public void Stop(GpuId gpu, LeaseKey lease)
    {
        if (_devices.TryGetValue(gpu, out var device))
            device.Stop(lease);
    }

    /// <summary>How far a lease's work is, or null when the device does not run it.</summary>
    public SimulatedProgress? Progress(GpuId gpu, LeaseKey lease, DateTimeOffset now) =>
        _devices.TryGetValue(gpu, out var device) ? device.Progress(lease, now) : null;

    /// <summary>A device's readings, or null while it has never run anything in this process.</summary>
    public GpuSample? Sample(GpuId gpu, DateTimeOffset now) =>
        _devices.TryGetValue(gpu, out var device) ? device.Sample(gpu, now) : null;

    /// <summary>A device's readings; one that has never run anything idles at its inlet's temperature.</summary>
    public GpuSample SampleOrIdle(GpuId gpu, NodeCard node, double inletCelsius, DateTimeOffset now) =>
        Sample(gpu, now) ?? new GpuSample(gpu, node.IdleWatts, inletCelsius, 0, false, "");

    /// <summary>Breaks a device, or repairs it: a fault hook for tests.</summary>
    public void SetFailed(GpuId gpu, bool failed) =>
        _devices.GetOrAdd(gpu, _ => new SimulatedDevice(0, 0, 25, options.Value.TimeScale)).SetFailed(failed);
}

/// <summary>How far work on a simulated GPU is.</summary>
/// <param name="Done">True once all of it is done.</param>
/// <param name="Tokens">Tokens made so far.</param>
internal readonly record struct SimulatedProgress(bool Done, double Tokens);

/// <summary>One simulated GPU. Safe for concurrent use: its grain commands it while its rack samples it.</summary>
internal sealed class SimulatedDevice(double idleWatts, double limitWatts, double inletCelsius, double timeScale)
{
    /// <summary>Junction to coolant, K/W. 0.05 gives an H100 at 700 W the 60 C that operators see at a 25 C inlet.</summary>
    private const double ThermalResistance = 0.05;

    /// <summary>Seconds in which the die covers 63 % of a change: tens of seconds for a cold plate.</summary>
    private const double ThermalSeconds = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<LeaseKey, (GpuLease Lease, DateTimeOffset At)> _running = [];
    private double? _celsius;
    private DateTimeOffset _sampledAt;
    private bool _failed;

    public void Start(GpuLease lease, DateTimeOffset at)
    {
        lock (_lock)
            _running.TryAdd(lease.Key, (lease, at));
    }

    public void Stop(LeaseKey lease)
    {
        lock (_lock)
            _running.Remove(lease);
    }

    public void SetFailed(bool failed)
    {
        lock (_lock)
            _failed = failed;
    }

    public SimulatedProgress? Progress(LeaseKey key, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_failed || !_running.TryGetValue(key, out var running) || running.Lease.Work is not SimulatedWork work)
                return null;
            var ran = Math.Min((now - running.At).TotalSeconds * timeScale, work.Duration.TotalSeconds);
            return new SimulatedProgress(
                ran >= work.Duration.TotalSeconds, work.TokensPerGpuSecond * ran * running.Lease.Milli / 1000.0);
        }
    }

    public GpuSample Sample(GpuId gpu, DateTimeOffset now)
    {
        lock (_lock)
        {
            var utilisation = 0.0;
            foreach (var (lease, _) in _running.Values)
                utilisation += (lease.Work is SimulatedWork work ? work.Utilisation : 1) * lease.Milli / 1000.0;
            utilisation = Math.Min(utilisation, 1);
            var watts = idleWatts + (limitWatts - idleWatts) * utilisation;
            var target = inletCelsius + watts * ThermalResistance;
            var passed = _sampledAt == default ? 0 : (now - _sampledAt).TotalSeconds * timeScale;
            _celsius = target + ((_celsius ?? inletCelsius) - target) * Math.Exp(-passed / ThermalSeconds);
            _sampledAt = now;
            return _failed
                ? new GpuSample(gpu, null, null, null, true, "failed")
                : new GpuSample(gpu, watts, _celsius, utilisation, false, "");
        }
    }
}
