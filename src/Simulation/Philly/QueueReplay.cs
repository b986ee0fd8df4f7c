using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Philly;

/// <summary>The policies that let a job run to its end once it started.</summary>
internal sealed class QueueReplay
{
    // Least left over, lowest index among equals: the experiment's own choice of node.
    private static readonly PlacementProfile Profile = PlacementProfile.BestFit;

    private readonly HallState _state;
    private readonly QueuePass _pass;
    private readonly Queue<Waits> _arrivals;
    private readonly SortedDictionary<(long Length, long Submit, long Id), Waits> _waiting = [];
    private readonly PriorityQueue<JobId, (long End, long Id)> _ends = new();
    private readonly Dictionary<JobId, long> _endOf = [];
    private readonly Dictionary<JobId, PlannedStart> _reserved = [];
    private readonly List<PhillyTimes> _times = [];
    private readonly bool _shortestFirst;

    public QueueReplay(PhillyHall hall, IReadOnlyList<PhillyJob> jobs, QueuePass pass, bool shortestFirst)
    {
        (_state, _pass, _shortestFirst) = (new HallState(hall.Layout()), pass, shortestFirst);
        _arrivals = new Queue<Waits>(jobs.OrderBy(job => job.Submit).ThenBy(job => job.Id)
            .Select(job => new Waits(job, new JobId($"philly-{job.Id}"), hall.SpecOf(job))));
    }

    public IReadOnlyList<PhillyTimes> Run()
    {
        while (_arrivals.Count > 0 || _ends.Count > 0)
        {
            var now = Math.Min(
                _arrivals.TryPeek(out var next) ? next.Job.Submit : long.MaxValue,
                _ends.TryPeek(out _, out var end) ? end.End : long.MaxValue);
            while (_ends.TryPeek(out var ended, out end) && end.End == now)
            {
                _ends.Dequeue();
                _endOf.Remove(ended);
                _state.Release(ended);
            }
            while (_arrivals.TryPeek(out next) && next.Job.Submit == now)
            {
                _arrivals.Dequeue();
                _waiting.Add((_shortestFirst ? next.Job.Duration : 0, next.Job.Submit, next.Job.Id), next);
            }
            Pass(now);
        }
        return _times;
    }

    private void Pass(long now)
    {
        Timeline? timeline = null;
        var tooLarge = int.MaxValue;
        var refused = new HashSet<(int Gpus, long Duration)>();
        foreach (var (key, one) in _waiting.ToList())
        {
            // A size that did not fit in this pass does not fit later in it, nor does a larger one.
            var found = one.Job.Gpus < tooLarge && one.Job.Gpus <= _state.FreeGpus ? Place(one) : null;
            if (found is null)
                tooLarge = Math.Min(tooLarge, one.Job.Gpus);
            if (found is not null && timeline is not null)
                found = refused.Contains((one.Job.Gpus, one.Job.Duration)) ? null : Beside(timeline, one, found);
            if (found is not null)
            {
                timeline?.Started(one.Name, one.Spec, found, one.Length);
                Start(one, found, now);
                _waiting.Remove(key);
                continue;
            }
            if (_pass == QueuePass.StopAtFirst)
                return;
            if (_pass == QueuePass.Skip)
                continue;
            refused.Add((one.Job.Gpus, one.Job.Duration));
            if (timeline is not null && _pass == QueuePass.Easy)
                continue;
            timeline ??= new Timeline(_state, At(now), job => At(_endOf[job]), []);
            _reserved[one.Name] = timeline.Reserve(one.Name, one.Spec, one.Length, Profile, 0, _reserved.GetValueOrDefault(one.Name))!;
        }
    }

    private Assignment? Place(Waits one) =>
        Placer.Place(_state, one.Name, one.Spec, Profile, 0) is Placed placed ? placed.Assignment : null;

    private static Assignment? Beside(Timeline timeline, Waits one, Assignment found)
    {
        if (timeline.FitsBeside(one.Name, one.Spec, found, one.Length))
            return found;
        if (timeline.PlaceBeside(one.Name, one.Spec, one.Length, Profile, 0) is { } other)
            return other.Assignment;
        return timeline.MayStartNow(one.Name, one.Spec, found, one.Length) ? found : null;
    }

    private void Start(Waits one, Assignment assignment, long now)
    {
        _state.Assign(one.Name, one.Spec, assignment);
        var end = now + one.Job.Duration;
        _ends.Enqueue(one.Name, (end, one.Job.Id));
        _endOf.Add(one.Name, end);
        _reserved.Remove(one.Name);
        _times.Add(new PhillyTimes(one.Job, now, end));
    }

    private static DateTimeOffset At(long seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);

    private sealed record Waits(PhillyJob Job, JobId Name, JobSpec Spec)
    {
        public TimeSpan Length => TimeSpan.FromSeconds(Job.Duration);
    }
}
