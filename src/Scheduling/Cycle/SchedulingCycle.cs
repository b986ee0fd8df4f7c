using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>
/// One pass over a hall, a step at a time: damaged jobs are repaired; waiting jobs start on what is free, in fair order;
/// those that do not fit look for room by moving, reclaiming or preempting; elastic jobs grow into what is left. A job
/// evicted in a pass waits for the next. Passes end: a job that yielded makes nobody yield until something else happens
/// (<see cref="CycleOptions.HasYielded"/>), so each makes others yield a bounded number of times, and between such steps
/// jobs only start, grow and are moved so that one more starts. The caller carries each step out before it asks for the
/// next. Not safe for concurrent use.
/// </summary>
public sealed class SchedulingCycle
{
    private readonly HallState _state;
    private readonly WaitingJobs _waiting;
    private readonly CycleOptions _options;
    private readonly FairShares? _shares;
    private readonly FairOrder _line;
    private readonly Repairs _repairs;
    private readonly BackfillPass? _backfill;
    private readonly Queue<JobId> _damaged;
    private readonly Dictionary<JobShape, PlacementDecision> _blocked = [];
    private readonly Dictionary<JobId, (WaitingJob Job, PlacementDecision Decision)> _passedOver = [];
    private readonly HashSet<JobShape> _foundNone = [];
    private FairOrder? _lookers;
    private RoomFinder? _finder;
    private Growth? _growth;
    private int _searches;

    /// <summary>Begins a pass.</summary>
    /// <param name="state">The hall; steps change it between calls of <see cref="Next"/>.</param>
    /// <param name="waiting">The jobs that wait now; later ones are for the next pass.</param>
    /// <param name="options">What the pass may do.</param>
    public SchedulingCycle(HallState state, WaitingJobs waiting, CycleOptions options)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(waiting);
        ArgumentNullException.ThrowIfNull(options);
        (_state, _waiting, _options) = (state, waiting, options);
        if (FairOrder.Applies(state.Layout))
            _shares = new FairShares(state, AskedBy(state, waiting), options.Past);
        _line = new FairOrder(state, _shares, waiting.InOrder);
        _backfill = BackfillPass.Applies(options) ? new BackfillPass(state, waiting, options) : null;
        _repairs = new Repairs(state, options.Profile, options.Seed);
        _damaged = new Queue<JobId>(_repairs.Damaged());
    }

    /// <summary>The decisions about jobs that were looked at and do not start in this pass, so far.</summary>
    public IReadOnlyCollection<(WaitingJob Job, PlacementDecision Decision)> PassedOver => _passedOver.Values;

    /// <summary>The number that repeats this pass's decisions.</summary>
    public ulong Seed => _options.Seed;

    /// <summary>True once the pass has nothing more to do.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The starts that this pass reserved, in order; to be given to the next pass.</summary>
    public IReadOnlyList<PlannedStart> Reservations => _backfill?.Reservations ?? [];

    /// <summary>The next step, to be carried out before the next call; null when the pass is over.</summary>
    public CycleStep? Next()
    {
        var looks = int.MaxValue;
        return Next(ref looks);
    }

    /// <summary>The next step, to be carried out before the next call; null when the pass is over or the looks are used up.</summary>
    /// <param name="looks">How many more jobs may be looked at before the caller is asked again; less what was used.</param>
    public CycleStep? Next(ref int looks)
    {
        var step = Repair() ?? Place(ref looks);
        if (step is not null || looks <= 0)
            return step;
        step = FindRoom() ?? Grow();
        looks--;
        IsOver = step is null;
        return step;
    }

    /// <summary>Passes until nothing is left to do, carrying every step out; evicted jobs join the waiting ones.</summary>
    /// <param name="state">The hall.</param>
    /// <param name="waiting">The jobs that wait.</param>
    /// <param name="options">What may be done.</param>
    /// <param name="mostPasses">Passes after which it is taken that they would never end.</param>
    /// <returns>Every step, and what the last pass said of those who wait.</returns>
    /// <exception cref="InvariantException">There was still something to do after the last pass.</exception>
    public static CycleResult RunToFixpoint(HallState state, WaitingJobs waiting, CycleOptions options, int mostPasses = 1000)
    {
        var steps = new List<CycleStep>();
        var said = new List<(WaitingJob Job, PlacementDecision Decision)>();
        var yielded = new HashSet<JobId>();
        options = options with { HasYielded = yielded.Contains };
        for (var pass = 0; pass < mostPasses; pass++)
        {
            var before = steps.Count;
            var cycle = new SchedulingCycle(state, waiting, options);
            while (cycle.Next() is { } step)
            {
                Carry(state, waiting, options, step);
                yielded.UnionWith(step.Yielded);
                steps.Add(step);
            }
            said.AddRange(cycle.PassedOver);
            options = cycle._backfill?.Next() ?? options;
            if (steps.Count == before)
                return new CycleResult(steps, [.. cycle.PassedOver], said);
        }
        throw new InvariantException($"Scheduling of hall {state.Layout.Hall} does not come to rest in {mostPasses} passes.");
    }

    private static void Carry(HallState state, WaitingJobs waiting, CycleOptions options, CycleStep step)
    {
        var spec = waiting.Find(step.Job)?.Spec ?? state.SpecOf(step.Job)!;
        var evicted = step.Evicted.Select(job => (Job: job, Spec: state.SpecOf(job)!)).ToList();
        step.ApplyTo(state, spec);
        waiting.Remove(step.Job);
        if (step.Kind == StepKind.Requeue)
            evicted.Add((step.Job, spec));
        foreach (var (job, itsSpec) in evicted)
            waiting.Add(new WaitingJob(job, itsSpec, options.Runs(job)?.Sequence ?? long.MaxValue - waiting.Count));
    }

    private static long[] AskedBy(HallState state, WaitingJobs waiting)
    {
        var asked = new long[state.Layout.Queues.Count];
        foreach (var job in waiting.InOrder)
        {
            if (state.Shape.QueueIndex.TryGetValue(job.Spec.Queue.Value, out var queue))
                asked[queue] += job.Spec.MostMilliGpus;
        }
        foreach (var (_, held) in state.Sizable)
        {
            if (held.Queue >= 0)
                asked[held.Queue] += Math.Max(0, held.Spec.MostMilliGpus - held.Assignment.MilliGpus);
        }
        return asked;
    }

    private CycleStep? Repair()
    {
        while (_damaged.TryDequeue(out var job))
        {
            if (_state.Contains(job) && _repairs.For(job) is { } step)
                return step;
        }
        return null;
    }

    private CycleStep? Place(ref int looks)
    {
        while (looks > 0 && _lookers is null && _line.Next() is { } job)
        {
            if (!_waiting.Contains(job.Job))
                continue; // It was withdrawn since the pass began.
            // Comparing shapes costs about as much as placing a job: not done before anything is blocked.
            if (_blocked.Count > 0 && _blocked.TryGetValue(JobShape.Of(job.Spec), out var same))
            {
                if (_backfill?.Consider(job, same) is Placed due)
                    return Start(job.Job, due);
                _passedOver.Add(job.Job, (job, same));
                continue;
            }
            looks--;
            var decision = Placer.Place(_state, job.Job, job.Spec, _options.Profile, _options.Seed);
            var answer = _backfill?.Consider(job, decision) ?? decision;
            if (answer is Placed placed)
                return Start(job.Job, placed);
            // One that fits and would delay another says nothing of a shorter one of its shape.
            if (decision is not Placed)
                _blocked.Add(JobShape.Of(job.Spec), decision);
            _passedOver.Add(job.Job, (job, answer));
        }
        return null;
    }

    private static CycleStep Start(JobId job, Placed placed) => new(StepKind.Place, job, placed, placed.Assignment, [], []);

    // A job that fits and has to wait for another's sake looks for nobody to give way.
    private static bool MayLook(PlacementDecision decision) =>
        decision is Waiting waiting && waiting.Reasons[0].Code is not (ReasonCode.WouldDelay or ReasonCode.WindowAhead);

    private CycleStep? FindRoom()
    {
        if (_lookers is null)
        {
            var lookers = _passedOver.Values.Where(one => MayLook(one.Decision)).Select(one => one.Job)
                .OrderByDescending(job => job.Spec.Priority).ThenBy(job => job.Sequence);
            _lookers = new FairOrder(_state, _shares, lookers);
        }
        while (_searches < _options.MostSearches && _lookers.Next() is { } job)
        {
            var shape = JobShape.WithPriority(job.Spec);
            if (_foundNone.Contains(shape) || !_waiting.Contains(job.Job))
                continue;
            _finder ??= new RoomFinder(_state, _shares, _options);
            if (_finder.For(job, ref _searches) is { } step && _backfill?.Allows(step, job.Spec) != false)
            {
                _passedOver.Remove(job.Job);
                return step;
            }
            _foundNone.Add(shape);
        }
        return null;
    }

    private CycleStep? Grow()
    {
        _growth ??= new Growth(_state, _shares, _finder ?? new RoomFinder(_state, _shares, _options), _options, _backfill);
        return _growth.Next();
    }
}

/// <summary>What a run of passes came to.</summary>
/// <param name="Steps">Every step, in order.</param>
/// <param name="Waiting">Who waits at the end, and why.</param>
/// <param name="Said">What every pass said of those who waited in it, earlier passes first.</param>
public sealed record CycleResult(
    IReadOnlyList<CycleStep> Steps, IReadOnlyList<(WaitingJob Job, PlacementDecision Decision)> Waiting,
    IReadOnlyList<(WaitingJob Job, PlacementDecision Decision)> Said);
