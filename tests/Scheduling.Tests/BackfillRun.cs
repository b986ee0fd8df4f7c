using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling.Tests;

/// <summary>Plays jobs with exact durations through scheduling cycles in time, and remembers what was promised.</summary>
internal sealed class BackfillRun(HallState state, Backfill mode, PlacementProfile profile)
{
    private readonly WaitingJobs _waiting = new();
    private readonly Dictionary<JobId, DateTimeOffset> _ends = [];
    private long _sequence;

    public static DateTimeOffset Origin { get; } = DateTimeOffset.UnixEpoch;

    public IReadOnlyList<NodeWindow> Windows { get; init; } = [];

    public int Depth { get; init; } = 1000;

    public Dictionary<JobId, DateTimeOffset> Started { get; } = [];

    public Dictionary<JobId, Assignment> Places { get; } = [];

    /// <summary>The first reservation of each job that ever had one.</summary>
    public Dictionary<JobId, PlannedStart> Promised { get; } = [];

    public IReadOnlyList<PlannedStart> Reserved { get; private set; } = [];

    /// <summary>What the last pass said of those who wait.</summary>
    public IReadOnlyCollection<(WaitingJob Job, PlacementDecision Decision)> Said { get; private set; } = [];

    public static DateTimeOffset At(int minutes) => Origin.AddMinutes(minutes);

    public static JobSpec Lasting(JobSpec spec, int minutes) => spec with { ExpectedDuration = TimeSpan.FromMinutes(minutes) };

    public void Submit(string job, JobSpec spec) => _waiting.Add(new WaitingJob(new JobId(job), spec, _sequence++));

    /// <summary>One cycle at an instant, after the jobs that end then have left.</summary>
    public IReadOnlyList<CycleStep> Pass(DateTimeOffset now)
    {
        foreach (var (job, _) in _ends.Where(one => one.Value <= now).OrderBy(one => one.Key.Value, StringComparer.Ordinal).ToList())
        {
            state.Release(job);
            _ends.Remove(job);
        }
        var options = new CycleOptions(profile, 1, now, _ => null)
        {
            Backfill = mode,
            Depth = Depth,
            ExpectedEnd = job => _ends[job],
            Windows = Windows,
            Reserved = Reserved,
            MayMove = false,
            MayEvict = false,
        };
        var cycle = new SchedulingCycle(state, _waiting, options);
        var steps = new List<CycleStep>();
        while (cycle.Next() is { } step)
        {
            var spec = _waiting.Find(step.Job)?.Spec ?? state.SpecOf(step.Job)!;
            step.ApplyTo(state, spec);
            _waiting.Remove(step.Job);
            if (step.Kind == StepKind.Place)
            {
                _ends.Add(step.Job, now + spec.Expected!.Value);
                Started.Add(step.Job, now);
            }
            RequireOutsideWindows(step, now);
            Places[step.Job] = step.Assignment!;
            steps.Add(step);
        }
        (Reserved, Said) = (cycle.Reservations, cycle.PassedOver);
        foreach (var planned in Reserved)
            Promised.TryAdd(planned.Job, planned);
        RequirePlanFits(now);
        return steps;
    }

    /// <summary>Passes at every end until nothing runs; windows' ends count as events too.</summary>
    public void Drain(DateTimeOffset after) => DrainUntil(after, DateTimeOffset.MaxValue);

    /// <summary>As <see cref="Drain"/>, for what happens before an instant.</summary>
    public void DrainUntil(DateTimeOffset after, DateTimeOffset before)
    {
        for (var now = after; ;)
        {
            var next = _ends.Values.Concat(Windows.Select(window => window.Until)).Where(at => at > now && at < before).Order().ToList();
            if (next.Count == 0)
                return;
            now = next[0];
            Pass(now);
        }
    }

    // Tasks that are new at this instant run from it to the job's end.
    private void RequireOutsideWindows(CycleStep step, DateTimeOffset now)
    {
        var added = step.Assignment!.Tasks.Except(Places.GetValueOrDefault(step.Job)?.Tasks ?? []).Select(task => task.Node).ToHashSet();
        Assert.DoesNotContain(Windows, window => window.Job != step.Job && window.From < _ends[step.Job] && window.Until > now && window.Nodes.Any(added.Contains));
    }

    // Carries the whole plan out on a copy of the hall, with every check on.
    private void RequirePlanFits(DateTimeOffset now)
    {
        var copy = state.Fork();
        var events = _ends.Select(one => (At: one.Value, Starts: 0, Job: one.Key))
            .Concat(Reserved.Select(one => (At: one.Start, Starts: 1, one.Job)))
            .Concat(Reserved.Select(one => (At: one.End!.Value, Starts: 0, one.Job)))
            .OrderBy(one => one.At).ThenBy(one => one.Starts).ThenBy(one => one.Job.Value, StringComparer.Ordinal);
        foreach (var (_, starts, job) in events)
        {
            if (starts == 0)
                copy.Release(job);
            else
                copy.Assign(job, _waiting.Find(job)!.Spec, Reserved.Single(one => one.Job == job).Assignment);
        }
        foreach (var planned in Reserved)
        {
            Assert.True(planned.Start >= now);
            Assert.DoesNotContain(Windows, window => window.Job != planned.Job && window.From < planned.End && window.Until > planned.Start
                && planned.Assignment.Tasks.Any(task => window.Nodes.Contains(task.Node)));
        }
    }
}
