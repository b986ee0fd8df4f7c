using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Replay;

/// <summary>Preempts at no cost: at every event the jobs with least left to run have the GPUs.</summary>
internal sealed class ShortestRemaining(ReplayHall hall, IReadOnlyList<TracedJob> jobs)
{
    private static readonly PlacementProfile Profile = PlacementProfile.BestFit;

    private readonly HallState _state = new(hall.Layout());
    private readonly Queue<Active> _arrivals = new(jobs.OrderBy(job => job.Submit).ThenBy(job => job.Id)
        .Select(job => new Active(job, new JobId($"job-{job.Id}"), hall.SpecOf(job)) { Remaining = job.Duration }));

    private readonly List<JobTimes> _times = [];
    private List<Active> _active = [];
    private List<Active> _running = [];

    /// <summary>How often a job lost its GPUs before its end.</summary>
    public int Preemptions { get; private set; }

    public IReadOnlyList<JobTimes> Run()
    {
        var last = 0L;
        while (_arrivals.Count > 0 || _running.Count > 0)
        {
            var now = Math.Min(
                _arrivals.TryPeek(out var next) ? next.Job.Submit : long.MaxValue,
                _running.Count > 0 ? last + _running.Min(job => job.Remaining) : long.MaxValue);
            foreach (var job in _running)
            {
                job.Remaining -= now - last;
                _state.Release(job.Name);
                if (job.Remaining == 0)
                    _times.Add(new JobTimes(job.Job, job.Start, now));
            }
            _active.RemoveAll(job => job.Remaining == 0);
            _running.RemoveAll(job => job.Remaining == 0);
            while (_arrivals.TryPeek(out next) && next.Job.Submit == now)
                _active.Add(_arrivals.Dequeue());
            Pass(now);
            last = now;
        }
        return _times;
    }

    private void Pass(long now)
    {
        _active = [.. _active.OrderBy(job => job.Remaining).ThenBy(job => job.Job.Submit).ThenBy(job => job.Job.Id)];
        var runs = new List<Active>();
        foreach (var job in _active)
        {
            if (_state.FreeGpus == 0)
                break;
            if (job.Job.Gpus > _state.FreeGpus || Placer.Place(_state, job.Name, job.Spec, Profile, 0) is not Placed placed)
                continue;
            _state.Assign(job.Name, job.Spec, placed.Assignment);
            if (job.Start < 0)
                job.Start = now;
            runs.Add(job);
        }
        Preemptions += _running.Count(job => !_state.Contains(job.Name));
        _running = runs;
    }

    private sealed class Active(TracedJob job, JobId name, JobSpec spec)
    {
        public TracedJob Job { get; } = job;

        public JobId Name { get; } = name;

        public JobSpec Spec { get; } = spec;

        public long Remaining { get; set; }

        /// <summary>When it first ran; -1 before.</summary>
        public long Start { get; set; } = -1;
    }
}
