using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>The jobs that wait in one hall, by priority (highest first), then in order of submission. Not safe for concurrent use.</summary>
public sealed class WaitingJobs
{
    private readonly SortedDictionary<(int Urgency, long Sequence), WaitingJob> _order = [];
    private readonly Dictionary<JobId, (int Urgency, long Sequence)> _places = [];

    /// <summary>How many jobs wait.</summary>
    public int Count => _order.Count;

    /// <summary>The jobs in the order in which they are tried; do not add or remove while walking it.</summary>
    public IEnumerable<WaitingJob> InOrder => _order.Values;

    /// <summary>Adds a job.</summary>
    /// <exception cref="InvariantException">The job waits already, or another has the same priority and sequence.</exception>
    public void Add(WaitingJob job)
    {
        var place = (-job.Spec.Priority, job.Sequence);
        if (_places.ContainsKey(job.Job) || !_order.TryAdd(place, job))
            throw new InvariantException($"Job {job.Job} waits already, or sequence {job.Sequence} is taken.");
        _places.Add(job.Job, place);
    }

    /// <summary>Removes a job; false when it does not wait.</summary>
    public bool Remove(JobId job)
    {
        if (!_places.Remove(job, out var place))
            return false;
        _order.Remove(place);
        return true;
    }

    /// <summary>The waiting job, or null when it does not wait.</summary>
    public WaitingJob? Find(JobId job) => _places.TryGetValue(job, out var place) ? _order[place] : null;

    /// <summary>True when the job waits.</summary>
    public bool Contains(JobId job) => _places.ContainsKey(job);
}
