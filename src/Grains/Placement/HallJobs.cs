using ControlPlane.Domain;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>The jobs that a hall knows, and where each is looked for: in the line, in racks, among those whose limit is being lowered.</summary>
internal sealed class HallJobs
{
    private readonly Dictionary<JobId, JobEntry> _jobs = [];
    private readonly Dictionary<int, HashSet<JobId>> _onRack = [];
    private readonly HashSet<JobId> _deferred = [];
    private readonly SortedSet<JobId> _beingLowered = new(Comparer<JobId>.Create((one, other) => string.CompareOrdinal(one.Value, other.Value)));

    /// <summary>All of them: waiting, holding GPUs, or ended and not yet acknowledged.</summary>
    public IReadOnlyDictionary<JobId, JobEntry> All => _jobs;

    /// <summary>The waiting jobs as placement sees them.</summary>
    public WaitingJobs Line { get; } = new();

    /// <summary>Jobs whose start is put off; they are not in the line.</summary>
    public IReadOnlyCollection<JobId> Deferred => _deferred;

    /// <summary>Jobs whose racks have not all confirmed a lower power limit, by name.</summary>
    public IReadOnlyCollection<JobId> BeingLowered => _beingLowered;

    /// <summary>Jobs that hold something in a rack, oldest generation first.</summary>
    public IEnumerable<JobEntry> OnRack(int rack) =>
        _onRack.TryGetValue(rack, out var jobs) ? jobs.Select(job => _jobs[job]).OrderBy(job => job.Generation) : [];

    /// <summary>Takes a job as it is now.</summary>
    public void Put(JobEntry job, HallNames names)
    {
        if (_jobs.TryGetValue(job.Job, out var old))
        {
            Line.Remove(old.Job);
            IndexRacks(old, names, false);
            if (job.Assignment is null || job.Generation != old.Generation)
                job = job with { Notice = "" };
            if (job.Assignment is null || job.Leased != old.Leased)
                job = job with { SlowRanks = [], Slow = "" };
        }
        _jobs[job.Job] = job;
        IndexRacks(job, names, true);
        if (job.OrderedPercent > 0)
            _beingLowered.Add(job.Job);
        else
            _beingLowered.Remove(job.Job);
        _deferred.Remove(job.Job);
        if (job is { Phase: JobPhase.Waiting, NotBefore: not null })
            _deferred.Add(job.Job);
        else if (job.Phase == JobPhase.Waiting)
            Line.Add(new WaitingJob(job.Job, job.Spec, job.Submitted));
    }

    /// <summary>Forgets a job that holds nothing and does not wait.</summary>
    public void Forget(JobId job) => _jobs.Remove(job);

    /// <summary>The same jobs in another layout; its nodes were checked to stand there.</summary>
    public void Move(HallNames from, HallNames to)
    {
        _onRack.Clear();
        foreach (var job in _jobs.Values.Where(job => job.Assignment is not null).ToList())
        {
            var moved = job with { Assignment = from.Move(job.Assignment!, to) };
            _jobs[job.Job] = moved;
            IndexRacks(moved, to, true);
        }
    }

    private void IndexRacks(JobEntry job, HallNames names, bool add)
    {
        if (job.Assignment is null)
            return;
        foreach (var rack in names.RacksOf(job.Assignment))
        {
            if (add)
                (_onRack.TryGetValue(rack, out var jobs) ? jobs : _onRack[rack] = []).Add(job.Job);
            else if (_onRack.TryGetValue(rack, out var held))
                held.Remove(job.Job);
        }
    }
}
