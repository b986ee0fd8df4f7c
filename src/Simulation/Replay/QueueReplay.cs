using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Replay;

/// <summary>The policies that let a job run to its end once it started.</summary>
internal sealed class QueueReplay
{
    // Least left over, lowest index among equals: the experiment's own choice of node.
    private static readonly PlacementProfile Profile = PlacementProfile.BestFit;

    private static readonly Waiting TooLarge = new([new Reason(ReasonCode.GpusShort, "", 0, 0, "", [], 0)]);

    private readonly HallState _state;
    private readonly QueuePass _pass;
    private readonly Dictionary<JobId, TracedJob> _jobs = [];
    private readonly Queue<WaitingJob> _arrivals;
    private readonly WaitingJobs _waiting = new();
    private readonly PriorityQueue<JobId, (long End, long Id)> _ends = new();
    private readonly Dictionary<JobId, long> _endOf = [];
    private readonly List<JobTimes> _times = [];
    private IReadOnlyList<PlannedStart> _reserved = [];

    public QueueReplay(ReplayHall hall, IReadOnlyList<TracedJob> jobs, QueuePass pass, bool shortestFirst)
    {
        (_state, _pass) = (new HallState(hall.Layout()), pass);
        var order = jobs.OrderBy(job => shortestFirst ? job.Duration : 0).ThenBy(job => job.Submit).ThenBy(job => job.Id);
        var waiting = order.Select((job, rank) => (job, new WaitingJob(new JobId($"job-{job.Id}"), hall.SpecOf(job), rank))).ToList();
        foreach (var (job, one) in waiting)
            _jobs.Add(one.Job, job);
        _arrivals = new Queue<WaitingJob>(waiting.OrderBy(one => one.job.Submit).ThenBy(one => one.job.Id).Select(one => one.Item2));
    }

    public IReadOnlyList<JobTimes> Run()
    {
        while (_arrivals.Count > 0 || _ends.Count > 0)
        {
            var now = Math.Min(
                _arrivals.TryPeek(out var next) ? _jobs[next.Job].Submit : long.MaxValue,
                _ends.TryPeek(out _, out var end) ? end.End : long.MaxValue);
            while (_ends.TryPeek(out var ended, out end) && end.End == now)
            {
                _ends.Dequeue();
                _endOf.Remove(ended);
                _state.Release(ended);
            }
            while (_arrivals.TryPeek(out next) && _jobs[next.Job].Submit == now)
                _waiting.Add(_arrivals.Dequeue());
            if (_pass is QueuePass.Easy or QueuePass.Conservative)
                Backfilled(now);
            else
                Plain(now);
        }
        return _times;
    }

    private void Plain(long now)
    {
        var tooLarge = int.MaxValue;
        foreach (var one in _waiting.InOrder.ToList())
        {
            if (Decide(one, ref tooLarge) is Placed placed)
                Start(one, placed.Assignment, now);
            else if (_pass == QueuePass.StopAtFirst)
                return;
        }
    }

    private void Backfilled(long now)
    {
        var options = new CycleOptions(Profile, 0, At(now), _ => null)
        {
            Backfill = _pass == QueuePass.Easy ? Backfill.Easy : Backfill.Conservative,
            Depth = int.MaxValue,
            ExpectedEnd = job => At(_endOf[job]),
            Reserved = _reserved,
        };
        var pass = new BackfillPass(_state, _waiting, options);
        var tooLarge = int.MaxValue;
        foreach (var one in _waiting.InOrder.ToList())
        {
            if (pass.Consider(one, Decide(one, ref tooLarge)) is Placed placed)
                Start(one, placed.Assignment, now);
        }
        _reserved = pass.Reservations;
    }

    // A size that did not fit in this pass does not fit later in it, nor does a larger one.
    private PlacementDecision Decide(WaitingJob one, ref int tooLarge)
    {
        var gpus = _jobs[one.Job].Gpus;
        if (gpus < tooLarge && gpus <= _state.FreeGpus && Placer.Place(_state, one.Job, one.Spec, Profile, 0) is Placed placed)
            return placed;
        tooLarge = Math.Min(tooLarge, gpus);
        return TooLarge;
    }

    private void Start(WaitingJob one, Assignment assignment, long now)
    {
        var job = _jobs[one.Job];
        _state.Assign(one.Job, one.Spec, assignment);
        _waiting.Remove(one.Job);
        _ends.Enqueue(one.Job, (now + job.Duration, job.Id));
        _endOf.Add(one.Job, now + job.Duration);
        _times.Add(new JobTimes(job, now, now + job.Duration));
    }

    private static DateTimeOffset At(long seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}
