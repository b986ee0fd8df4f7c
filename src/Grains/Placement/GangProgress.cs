using ControlPlane.Grains.Racks;

namespace ControlPlane.Grains.Placement;

/// <summary>How far the tasks of one placed gang are. Kept in memory: racks tell a new activation again.</summary>
internal sealed class GangProgress
{
    private readonly HashSet<LeaseKey> _leases;
    private readonly HashSet<LeaseKey> _started = [];
    private readonly HashSet<LeaseKey> _ended = [];

    /// <summary>Begins with the leases that the job has now.</summary>
    /// <param name="job">The job; it holds an assignment.</param>
    /// <param name="before">What was known under earlier leases; what of it still holds is kept.</param>
    public GangProgress(JobEntry job, GangProgress? before)
    {
        Leased = job.Leased;
        _leases = [.. job.Leases().Select(lease => new LeaseKey(job.Job, lease.Generation, lease.Number))];
        if (before is null)
            return;
        _started.UnionWith(before._started.Where(_leases.Contains));
        _ended.UnionWith(before._ended.Where(_leases.Contains));
        if (_started.Count > 0)
            (LastStart, Tokens, Result) = (before.LastStart, before.Tokens, before.Result);
    }

    /// <summary>The entry that made these leases.</summary>
    public long Leased { get; }

    public DateTimeOffset LastStart { get; private set; }

    public double Tokens { get; private set; }

    public KernelResult? Result { get; private set; }

    public bool AllStarted => _started.Count == _leases.Count;

    public bool AllEnded => _ended.Count == _leases.Count;

    /// <summary>True when the lease is one of the job's present ones.</summary>
    public bool Has(LeaseKey lease) => _leases.Contains(lease);

    public void Start(LeaseStart start)
    {
        if (_started.Add(start.Key) && start.At > LastStart)
            LastStart = start.At;
    }

    public void End(LeaseEnd end)
    {
        if (!_ended.Add(end.Key))
            return;
        _started.Add(end.Key);
        Tokens += end.Tokens;
        Result ??= end.Result;
    }
}
