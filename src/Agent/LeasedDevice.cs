using ControlPlane.Agent.Execution;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent;

/// <summary>
/// One device of the node: which lease holds it, the newest generation seen for it, and its health. Thread safe.
/// </summary>
internal sealed partial class LeasedDevice(Device description, ExecutorSupervisor executor, TimeSpan defaultTimeout, Node node) : IAsyncDisposable
{
    // A timer takes no more than 49 days.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(30);

    private readonly Lock _lock = new();
    private DeviceSample _sample = new() { Device = description.Index, Health = description.Health, HealthDetail = description.HealthDetail };
    private Lease? _current;
    private Lease? _last;
    private Lease? _accepting;
    private CancellationTokenSource _stop = new();
    private string _stopReason = "";
    private bool _isInterrupted;
    private Task _work = Task.CompletedTask;
    private long _newest;
    private bool _ended;

    public uint Index => description.Index;

    /// <summary>The newest generation seen. Older leases are refused, also after a restart of the agent.</summary>
    public long Newest
    {
        get
        {
            lock (_lock)
                return _newest;
        }
        init => _newest = value;
    }

    public Device Describe()
    {
        lock (_lock)
        {
            var device = description.Clone();
            (device.Health, device.HealthDetail) = (_sample.Health, _sample.HealthDetail);
            return device;
        }
    }

    public HeldLease? Held
    {
        get
        {
            lock (_lock)
                return (_current ?? _accepting) is { } lease ? new HeldLease { Device = Index, Job = lease.Job, Generation = lease.Generation } : null;
        }
    }

    public DeviceSample Sample()
    {
        lock (_lock)
        {
            var sample = _sample.Clone();
            sample.LeaseCapWatts = _allowed;
            return sample;
        }
    }

    /// <summary>Accepts or refuses; accepted work begins once its fence is durable and the work before it has ended.</summary>
    public LeaseAnswer Offer(Lease lease)
    {
        string? reason;
        long newest;
        bool isFailed;
        lock (_lock)
        {
            isFailed = _sample.Health == DeviceHealth.Failed;
            reason = WhyRefused(lease);
            if (reason is null && !IsKnown(lease))
                (_accepting, _newest) = (lease, lease.Generation);
            newest = _newest;
        }
        // Outside the lock: the journal asks every device for its state.
        var fault = node.LeasesChanged();
        lock (_lock)
        {
            if (ReferenceEquals(_accepting, lease))
            {
                if (fault is null)
                    Begin(lease);
                else
                    reason = $"the agent's journal cannot be written: {fault}";
                _accepting = null;
            }
        }
        return new LeaseAnswer
        {
            Device = Index,
            Job = lease.Job,
            Generation = lease.Generation,
            Accepted = reason is null,
            Reason = reason ?? "",
            CurrentGeneration = newest,
            IsElsewhere = reason is not null && (fault is not null || isFailed),
        };
    }

    public void Stop(string job, long generation, string reason)
    {
        lock (_lock)
        {
            _newest = Math.Max(_newest, generation);
            if (_current is { } lease && lease.Job == job && lease.Generation <= generation)
                StopCurrent(reason);
        }
        node.LeasesChanged();
    }

    /// <summary>Stops the work, if there is any. False when there is none, or it is being stopped already.</summary>
    public bool StopWhateverRuns(string reason)
    {
        lock (_lock)
        {
            if (_current is null || _stop.IsCancellationRequested)
                return false;
            StopCurrent(reason);
            _isInterrupted = true;
            return true;
        }
    }

    /// <summary>Lets work go on for so many seconds from now, should this agent say no more.</summary>
    public void Renew(uint seconds) => _ = executor.RenewAsync(seconds);

    /// <summary>Tells the rank that runs on it where all of its ring listen.</summary>
    public void Meet(RingRanks ring) => _ = executor.MeetAsync(ring);

    /// <summary>The device must not be used until an operator has looked.</summary>
    public void Fail(string why) => Observe(new DeviceSample { Health = DeviceHealth.Failed, HealthDetail = why });

    /// <summary>Brings the executor up before the first lease, so that there are readings, and a cap from before holds.</summary>
    public void Start()
    {
        RestoreCap();
        lock (_lock)
            _work = executor.TryStartAsync();
    }

    /// <summary>Takes what the executor says. A device stays failed until an operator restarts the agent.</summary>
    public void Observe(DeviceSample said)
    {
        var changed = false;
        foreach (var happened in said.Events)
        {
            happened.Device = Index;
            node.Happened(happened);
        }
        said.Events.Clear();
        lock (_lock)
        {
            var (health, detail) = (_sample.Health, _sample.HealthDetail);
            var (limit, obstacle) = (_sample.LimitWatts, _sample.LimitDetail);
            changed = said.Health > health;
            // A reading that is missing now is unknown now: nothing of the last sample is kept.
            if (said.Health == DeviceHealth.Unknown)
                _sample = said.Clone();
            NoteLimit();
            _sample.Device = Index;
            (_sample.Health, _sample.HealthDetail) = changed ? (said.Health, said.HealthDetail) : (health, detail);
            changed |= _sample.LimitWatts != limit || _sample.LimitDetail != obstacle;
        }
        if (changed)
            node.SampleChanged();
    }

    public async ValueTask DisposeAsync()
    {
        StopWhateverRuns("the agent ends");
        Task work;
        lock (_lock)
            (_ended, work) = (true, _work);
        await work.ConfigureAwait(false);
        await executor.DisposeAsync().ConfigureAwait(false);
    }

    private string? WhyRefused(Lease lease)
    {
        if (lease.Generation < _newest)
            return FormattableString.Invariant($"generation {lease.Generation} is older than {_newest}, the newest seen for this device");
        if (IsKnown(lease))
            return null;
        if (lease.Generation == _newest)
            return FormattableString.Invariant($"generation {lease.Generation} is ended, or belongs to another job");
        if (lease.Kernel is null && lease.Program is null && lease.Collective is null && lease.Probe is null)
            return "the lease has no kernel, program, collective or probe to run";
        if (lease.Program is { Kernels.Count: > 0 } && WhyNoTenants() is { } why)
            return why;
        return _sample.Health == DeviceHealth.Failed ? $"the device has failed: {_sample.HealthDetail}" : null;
    }

    // A lease offered again, because its answer was lost: accepted again, but not run again.
    private bool IsKnown(Lease lease) => Same(lease, _current) || Same(lease, _last);

    private static bool Same(Lease lease, Lease? other) => other is not null && lease.Job == other.Job && lease.Generation == other.Generation;

    private void Begin(Lease lease)
    {
        if (_current is { } older)
            StopCurrent(FormattableString.Invariant($"superseded by generation {lease.Generation} (job {lease.Job} after {older.Job})"));
        _newest = lease.Generation;
        _current = _last = lease;
        _stop = new CancellationTokenSource();
        _stopReason = "";
        _isInterrupted = false;
        Allow(lease.CapWatts);
        _work = WorkAsync(lease, _work, _stop);
    }

    private void StopCurrent(string reason)
    {
        _stopReason = reason;
        _ = _stop.CancelAsync();
    }

    private async Task WorkAsync(Lease lease, Task before, CancellationTokenSource stop)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var report = await RunAsync(lease, stop.Token).ConfigureAwait(false);
        lock (_lock)
        {
            if (ReferenceEquals(_current, lease))
            {
                if (report.ErrorCode == KernelWorkOrder.Stopped && _stopReason.Length > 0)
                    KernelWorkOrder.Fail(report, _isInterrupted ? KernelWorkOrder.Interrupted : report.ErrorCode, _stopReason);
                _current = null;
                Allow(0);
            }
            else if (report.ErrorCode == KernelWorkOrder.Stopped)
            {
                report.Error = "superseded by a newer generation";
            }
        }
        stop.Dispose();
        bool stopsForGood;
        lock (_lock)
            stopsForGood = _ended || _sample.Health == DeviceHealth.Failed;
        node.Ended(report);
        if (!stopsForGood)
            await executor.TryStartAsync().ConfigureAwait(false);
    }

    // A lease always ends in a report: without one the host would wait, and the device stay held, for ever.
    private async Task<WorkReport> RunAsync(Lease lease, CancellationToken stop)
    {
        var seconds = lease.Program?.TimeoutSeconds ?? lease.Collective?.TimeoutSeconds ?? lease.Probe?.TimeoutSeconds ?? lease.Kernel.TimeoutSeconds;
        if (lease.Collective is { } collective)
            (collective.Address, collective.Name) = (node.Address, FormattableString.Invariant($"{node.Name} device {Index}"));
        var timeout = seconds == 0 ? defaultTimeout : TimeSpan.FromSeconds(Math.Min(seconds, LongestTimeout.TotalSeconds));
        try
        {
            return await executor.RunAsync(lease, timeout, stop).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var report = KernelWorkOrder.ReportOf(lease);
            KernelWorkOrder.Fail(report, "internal", $"the agent could not run the work: {e}");
            return report;
        }
    }
}
