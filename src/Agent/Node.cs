using System.Collections.Immutable;

using ControlPlane.Agent.Execution;
using ControlPlane.Agent.Tenants;
using ControlPlane.Hardware.Protocol;

using Microsoft.Extensions.Logging;

namespace ControlPlane.Agent;

/// <summary>The devices of this node, and what of them must outlive the agent.</summary>
internal sealed class Node(AgentOptions options, ReportBox reports, EventBox events, Journal journal, Tenancy tenancy, TimeProvider clock, ILoggerFactory logs) : IAsyncDisposable
{
    private ImmutableArray<LeasedDevice> _devices = [];

    private readonly Lock _lock = new();
    private (string Authority, long Revision) _caps = ("", -1);
    private string? _journalFault;

    /// <summary>Set when a device's health or power limit changes: tell the host at once.</summary>
    public event Action? Changed;

    /// <summary>A rank that runs here listens: tell the host at once.</summary>
    public event Action<RingJoin>? Joined;

    /// <summary>The node's name.</summary>
    public string Name => options.Node;

    /// <summary>Where ranks of other nodes reach those of this one.</summary>
    public string Address { get; private set; } = "";

    public ImmutableArray<LeasedDevice> Devices => _devices;

    /// <summary>Why a kind of device is missing.</summary>
    public IReadOnlyList<string> Remarks { get; private set; } = [];

    /// <summary>Finds the devices and starts their executors. Reports what the journal says was running when the agent died.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Address = options.Address ?? LocalAddress.Toward(options.Hosts[0]);
        var kept = journal.Read();
        foreach (var report in kept.Reports)
            reports.Add(report);
        events.Restore(kept.Events);
        var found = await DeviceDiscovery.AskAsync(options.Devices, cancellation).ConfigureAwait(false);
        var devices = ImmutableArray.CreateBuilder<LeasedDevice>();
        Remarks = found.Remarks;
        var checkpoints = CheckpointStore.Beside(options.JournalFile, clock);
        foreach (var (id, device) in found.Devices)
        {
            var place = devices.Count;
            var log = logs.CreateLogger($"Executor.{id}");
            var executor = new ExecutorSupervisor(id, options.RestartLimit, checkpoints, clock, sample => Observe(place, sample), log)
            {
                Joined = join => Joined?.Invoke(join),
                Tenants = tenancy.ExecutorOf(id, checkpoints, clock, log),
            };
            var leased = new LeasedDevice(device, executor, options.KernelTimeout, this)
            {
                Newest = kept.NewestOf(device.Index),
                KeptCap = kept.CapOf(device.Index),
                ResetCommand = options.ResetCommand,
                TakesTenants = tenancy.User is not null,
            };
            devices.Add(leased);
        }
        _devices = devices.ToImmutable();
        foreach (var device in _devices)
            device.Start();
        foreach (var lost in kept.Running)
        {
            var report = new WorkReport { Device = lost.Device, Job = lost.Job, Generation = lost.Generation };
            KernelWorkOrder.Fail(report, KernelWorkOrder.Interrupted, "the agent ended while the kernel ran");
            reports.Add(report);
        }
        LeasesChanged();
    }

    public LeaseAnswer Offer(Lease lease)
    {
        if (Find(lease.Device) is { } device)
            return device.Offer(lease);
        return new LeaseAnswer
        {
            Device = lease.Device,
            Job = lease.Job,
            Generation = lease.Generation,
            Reason = $"this node has no device {lease.Device}; it has {_devices.Length}",
        };
    }

    public void Stop(StopLease stop) => Find(stop.Device)?.Stop(stop.Job, stop.Generation, "stopped by the host");

    /// <summary>Has devices keep caps. Of one authority an older revision changes nothing: it was overtaken on the way.</summary>
    public void Hold(HoldPower hold)
    {
        lock (_lock)
        {
            if (hold.Authority == _caps.Authority && hold.Revision < _caps.Revision)
                return;
            _caps = (hold.Authority, hold.Revision);
            foreach (var cap in hold.Caps)
                Find(cap.Device)?.Hold(cap.Watts);
        }
    }

    /// <summary>Has a lease's work keep another power limit.</summary>
    public void Limit(LimitLease limit) => Find(limit.Device)?.Limit(limit.Job, limit.Generation, limit.Watts);

    /// <summary>Where all ranks of a ring listen.</summary>
    public void Meet(RingRanks ring) => Find(ring.Device)?.Meet(ring);

    /// <summary>Resets a device that nothing holds; the answer is an event.</summary>
    public void Reset(ResetDevice order)
    {
        if (Find(order.Device) is { } device)
            device.Reset(order.Order);
        else
            Happened(DeviceEvents.Reset(order.Device, order.Order, $"this node has no device {order.Device}; it has {_devices.Length}"));
    }

    /// <summary>Keeps an event until a host has heard it, and tells one at once.</summary>
    public void Happened(DeviceEvent happened)
    {
        events.Add(happened);
        Keep();
        Changed?.Invoke();
    }

    /// <summary>A host has heard of all events up to this number.</summary>
    public void Heard(long number)
    {
        if (events.Remove(number))
            Keep();
    }

    /// <summary>Tells executors how long work may go on without another word.</summary>
    public void Renew(TimeSpan remaining)
    {
        foreach (var device in _devices)
            device.Renew((uint)remaining.TotalSeconds);
    }

    /// <summary>Stops all work. False when there was none that was not being stopped already.</summary>
    public bool StopEverything(string reason)
    {
        var any = false;
        foreach (var device in _devices)
            any |= device.StopWhateverRuns(reason);
        return any;
    }

    /// <summary>Makes what must outlive the agent durable. Null when it is, or why it is not.</summary>
    public string? LeasesChanged() => Keep();

    public void SampleChanged() => Changed?.Invoke();

    public void Ended(WorkReport report)
    {
        reports.Add(report);
        Keep();
    }

    public void Received(ReportReceived received)
    {
        if (reports.Remove(received))
            Keep();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var device in _devices)
            await device.DisposeAsync().ConfigureAwait(false);
    }

    private string? Keep()
    {
        var fault = journal.Write(() => new JournalContents(
            _devices.ToDictionary(device => device.Index, device => device.Newest),
            [.. _devices.Select(device => device.Held).OfType<HeldLease>()],
            reports.Unacknowledged(),
            [.. _devices.Select(device => device.KeptCap).OfType<DeviceCap>()],
            events.Unheard()));
        // What runs goes on and is reported; nothing new begins, since its fence would not outlive the agent.
        if (fault is not null && Interlocked.Exchange(ref _journalFault, fault) is null)
        {
            foreach (var device in _devices)
                device.Fail($"the agent's journal cannot be written: {fault}");
        }
        return fault;
    }

    private void Observe(int place, DeviceSample sample)
    {
        var devices = _devices;
        if (place < devices.Length)
            devices[place].Observe(sample);
    }

    private LeasedDevice? Find(uint index) => _devices.FirstOrDefault(device => device.Index == index);
}
