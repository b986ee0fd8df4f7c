using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>
/// Reservations during one pass over waiting jobs, in their order. A reservation of the pass before holds provisionally
/// until its job's turn: a job whose turn comes before goes first, yet leaves it as it is where it can. So with exact
/// durations and an order that stays, no job starts later than it was first told. Not safe for concurrent use.
/// </summary>
public sealed class BackfillPass
{
    private readonly HallState _state;
    private readonly WaitingJobs _waiting;
    private readonly CycleOptions _options;
    private readonly Dictionary<JobId, DateTimeOffset?> _ends = [];
    private readonly List<JobId> _provisional = [];
    private readonly List<JobId> _made = [];
    private readonly HashSet<(JobShape Shape, int Starts)> _refused = [];
    private Timeline? _timeline;

    /// <summary>Begins; the timeline is made when it is first needed, from the state as it is then.</summary>
    /// <param name="state">The hall.</param>
    /// <param name="waiting">The jobs that wait.</param>
    /// <param name="options">Mode, depth, windows, expected ends and the reservations of the pass before.</param>
    public BackfillPass(HallState state, WaitingJobs waiting, CycleOptions options) => (_state, _waiting, _options) = (state, waiting, options);

    /// <summary>The reservations that this pass made, in order.</summary>
    public IReadOnlyList<PlannedStart> Reservations =>
        [.. _made.Select(job => _timeline?.ReservationOf(job)).OfType<PlannedStart>()];

    /// <summary>How many reservations are made at most.</summary>
    private int Depth => _options.Backfill switch { Backfill.None => 0, Backfill.Easy => 1, _ => _options.Depth };

    /// <summary>True when there is something to respect.</summary>
    public static bool Applies(CycleOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Backfill != Backfill.None || options.Windows.Count > 0;
    }

    /// <summary>
    /// Takes account of the jobs before: the answer is where the job starts now, or why it does not. One that does not
    /// gets a reservation, when the depth allows it and its duration is known.
    /// </summary>
    /// <param name="job">The job whose turn it is.</param>
    /// <param name="decision">What the placer says of it.</param>
    /// <returns>A placement to be carried out before the next call, or the reasons why there is none.</returns>
    public PlacementDecision Consider(WaitingJob job, PlacementDecision decision)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (decision is Refused)
            return decision;
        if (decision is Placed alone && _timeline is null && _options.Reserved.Count == 0 && _options.Windows.Count == 0)
        {
            _ends[job.Job] = _options.Now + job.Spec.Expected;
            return alone;
        }
        var timeline = Timeline();
        var own = timeline.Withdraw(job.Job);
        _provisional.Remove(job.Job);
        if (Admitted(job, decision as Placed, own) is { } placed)
            return placed;
        // The placer tries places in one order only: the timeline may know one for now that it did not find.
        if (Reserve(job, own) is { } reserved && reserved.Start <= _options.Now)
        {
            _made.Remove(job.Job);
            return Start(job, NodeChoice.None.ToPlaced(_state.Layout, _options.Profile, reserved.Assignment));
        }
        return decision is Placed delays ? new Waiting([Because(job, delays)]) : decision;
    }

    /// <summary>True when a running job may take on tasks without delaying a reservation; it is then taken to have done so.</summary>
    public bool MayGrow(JobId job, JobSpec spec, Assignment before, Assignment larger)
    {
        if (_timeline is null && _options.Windows.Count == 0)
            return true;
        var timeline = Timeline();
        if (!timeline.MayGrow(job, spec, before, larger))
            return false;
        timeline.Grown(job, spec, before, larger);
        return true;
    }

    /// <summary>
    /// True when a step that makes room delays no reservation of a job before its own: room found by making others give
    /// way is for whoever is entitled to it, not for taking it from those who wait longer. A step that is true is taken
    /// to be carried out.
    /// </summary>
    public bool Allows(CycleStep step, JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (_timeline is null && _options.Windows.Count == 0)
            return true;
        var own = _made.IndexOf(step.Job);
        var kept = Reservations;
        var after = _state.Fork();
        step.ApplyTo(after, spec);
        _ends.TryAdd(step.Job, _state.Contains(step.Job) ? EndOf(step.Job) : _options.Now + spec.Expected);
        var timeline = Over(after);
        if (!_state.Contains(step.Job) && step.Assignment is { } starts && timeline.WindowBefore(step.Job, spec, starts, spec.Expected) is not null)
            return false;
        var still = new List<JobId>();
        foreach (var earlier in kept)
        {
            if (earlier.Job == step.Job)
                continue;
            if (Again(timeline, earlier))
                still.Add(earlier.Job);
            else if (own < 0 || _made.IndexOf(earlier.Job) < own)
                return false;
        }
        _timeline = timeline;
        _made.Clear();
        _made.AddRange(still);
        return true;
    }

    /// <summary>Options for the next pass at the same time: with this pass's reservations and the ends of what it started.</summary>
    public CycleOptions Next() => _options with { Reserved = Reservations, ExpectedEnd = EndOf };

    private Timeline Timeline()
    {
        if (_timeline is not null)
            return _timeline;
        _timeline = Over(_state);
        foreach (var earlier in _options.Reserved)
        {
            if (_options.Backfill != Backfill.None && Holds(_timeline, earlier))
                _provisional.Add(earlier.Job);
        }
        return _timeline;
    }

    private Timeline Over(HallState state) => new(state, _options.Now, EndOf, _options.Windows);

    private DateTimeOffset? EndOf(JobId job)
    {
        if (_ends.TryGetValue(job, out var end))
            return end;
        return _options.ExpectedEnd is { } told ? told(job) : _options.Runs(job)?.StartedAt + _state.SpecOf(job)?.Expected;
    }

    private Placed? Admitted(WaitingJob job, Placed? placed, PlannedStart? own)
    {
        var timeline = _timeline!;
        var refused = (JobShape.Of(job.Spec), timeline.StartsBefore(job.Spec.Expected));
        var found = placed is null || _refused.Contains(refused) ? null : Beside(job, placed);
        if (found is null && own?.Start <= _options.Now && timeline.FitsBeside(job.Job, job.Spec, own.Assignment, job.Spec.Expected))
            found = NodeChoice.None.ToPlaced(_state.Layout, _options.Profile, own.Assignment);
        if (found is not null)
            return Start(job, found);
        if (placed is null)
            return null;
        if (_provisional.Count > 0 && own is null)
            return BeforeProvisional(job, placed);
        _refused.Add(refused);
        return null;
    }

    // Where the job may start beside all that is planned: as found, elsewhere, or with reservations put elsewhere.
    private Placed? Beside(WaitingJob job, Placed placed)
    {
        var (timeline, duration) = (_timeline!, job.Spec.Expected);
        if (timeline.FitsBeside(job.Job, job.Spec, placed.Assignment, duration))
            return placed;
        if (timeline.PlaceBeside(job.Job, job.Spec, duration, _options.Profile, _options.Seed) is { } other)
            return other;
        return timeline.MayStartNow(job.Job, job.Spec, placed.Assignment, duration) ? placed : null;
    }

    // The job's turn comes before those of provisional reservations, so that they have to give way.
    private Placed? BeforeProvisional(WaitingJob job, Placed placed)
    {
        var aside = SetAside();
        var found = Beside(job, placed);
        if (found is not null)
            Start(job, found);
        BringBack(aside);
        return found;
    }

    private Placed Start(WaitingJob job, Placed placed)
    {
        _ends[job.Job] = _options.Now + job.Spec.Expected;
        _timeline!.Started(job.Job, job.Spec, placed.Assignment, job.Spec.Expected);
        return placed;
    }

    private PlannedStart? Reserve(WaitingJob job, PlannedStart? own)
    {
        if (_made.Count >= Depth || job.Spec.Expected is not { } duration)
            return null;
        var holds = own is not null && Holds(_timeline!, own) && _timeline!.Withdraw(job.Job) is not null;
        var aside = holds ? [] : SetAside();
        var reserved = _timeline!.Reserve(job.Job, job.Spec, duration, _options.Profile, _options.Seed, own);
        if (reserved is not null)
            _made.Add(job.Job);
        BringBack(aside);
        return reserved;
    }

    private List<PlannedStart> SetAside()
    {
        var aside = _provisional.Select(one => _timeline!.Withdraw(one)).OfType<PlannedStart>().ToList();
        _provisional.Clear();
        return aside;
    }

    private void BringBack(List<PlannedStart> aside) =>
        _provisional.AddRange(aside.Where(one => Holds(_timeline!, one)).Select(one => one.Job));

    private bool Holds(Timeline timeline, PlannedStart earlier) =>
        _waiting.Find(earlier.Job) is { Spec.Expected: { } duration } job
        && timeline.Keep(earlier, job.Spec, duration, _options.Profile, _options.Seed);

    private bool Again(Timeline timeline, PlannedStart earlier)
    {
        if (_waiting.Find(earlier.Job) is not { Spec.Expected: { } duration } job)
            return true;
        var made = timeline.Reserve(earlier.Job, job.Spec, duration, _options.Profile, _options.Seed, earlier);
        return made is not null && made.Start <= earlier.Start;
    }

    private Reason Because(WaitingJob job, Placed placed)
    {
        var (timeline, duration) = (_timeline!, job.Spec.Expected);
        var window = timeline.WindowBefore(job.Job, job.Spec, placed.Assignment, duration);
        return window is null && timeline.DelayedBy(placed.Assignment, duration) is { } delayed
            ? new Reason(ReasonCode.WouldDelay, delayed.Value, 0, 0, "", [], 0)
            : new Reason(ReasonCode.WindowAhead, window ?? "", 0, 0, "", [], 0);
    }
}
