using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>
/// When waiting jobs are to start: reservations beside what runs, by the ends that are expected of it, and whether a
/// later job may start before them. A reservation promises a time, not a place. Reserving for the first blocked job
/// only is EASY backfilling (Lifka, JSSPP 1995), for every blocked job conservative backfilling (Mu'alem and Feitelson,
/// TPDS 2001). The same calls always give the same answers. Not safe for concurrent use.
/// </summary>
public sealed partial class Timeline
{
    private static readonly TimeSpan LeastOverrun = TimeSpan.FromMinutes(1);

    private readonly Plan _plan;
    private readonly StartSearch _search;
    private readonly List<Reservation> _reservations = [];
    private readonly Dictionary<JobId, long> _until = [];

    /// <summary>Begins with what runs now.</summary>
    /// <param name="state">The hall; copied, never changed.</param>
    /// <param name="now">The time.</param>
    /// <param name="expectedEnd">
    /// When a job that holds resources is expected to end; null when it is not known: then it never ends as far as the
    /// plan knows. One that is overdue is expected to go on for as long as it is overdue, a minute at least: the longer
    /// it overran, the less its expected duration says.
    /// </param>
    /// <param name="windows">When nodes are not for everybody.</param>
    public Timeline(HallState state, DateTimeOffset now, Func<JobId, DateTimeOffset?> expectedEnd, IReadOnlyList<NodeWindow> windows)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(expectedEnd);
        ArgumentNullException.ThrowIfNull(windows);
        foreach (var window in windows)
        {
            if (window.Until <= window.From || window.Nodes.Any(node => node < 0 || node >= state.Layout.Nodes.Count))
                throw new ArgumentException($"Window {window.Name} ends before it begins or names a node that is not there.", nameof(windows));
        }
        var running = new List<(JobId Job, HeldJob Held, long Until)>();
        foreach (var (job, held) in state.Held.OrderBy(one => one.Key.Value, StringComparer.Ordinal))
        {
            _until[job] = UntilOf(expectedEnd(job), now);
            running.Add((job, held, _until[job]));
        }
        _plan = new Plan(state, now.UtcTicks, running, windows);
        _search = new StartSearch(_plan);
    }

    /// <summary>The reservations, in the order in which they were made.</summary>
    public IReadOnlyList<PlannedStart> Reservations => [.. _reservations.Select(one => one.ToPlannedStart())];

    /// <summary>The job's reservation, or null.</summary>
    public PlannedStart? ReservationOf(JobId job) => _reservations.Find(one => one.Holding.Job == job)?.ToPlannedStart();

    /// <summary>Reserves the earliest start given everything that is planned already, and adds it to the plan.</summary>
    /// <param name="job">The job; it has no reservation here.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="duration">How long it is expected to run; null for ever.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="seed">Any number; recorded with the answer it repeats the answer.</param>
    /// <param name="earlier">A reservation that it had before: kept as it is while it holds and nothing earlier is found.</param>
    /// <returns>The reservation; null when the job fits never as far as is known, or no place was found.</returns>
    public PlannedStart? Reserve(
        JobId job, JobSpec spec, TimeSpan? duration, PlacementProfile profile, ulong seed, PlannedStart? earlier = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        Require(job);
        var kept = earlier is null ? null : Kept(earlier, spec, duration);
        var found = _search.Earliest(job, spec, Length(duration), profile, seed, kept?.Holding.From ?? long.MaxValue);
        var reservation = found is { } start ? new Reservation(
            _plan.HoldingOf(job, spec, start.Placed.Assignment, start.At, StartSearch.End(start.At, Length(duration))), profile, seed) : kept;
        if (reservation is null)
            return null;
        Add(reservation);
        return reservation.ToPlannedStart();
    }

    /// <summary>Adds a reservation that was made before, as it is.</summary>
    /// <returns>False when it does not hold any more.</returns>
    public bool Keep(PlannedStart earlier, JobSpec spec, TimeSpan? duration, PlacementProfile profile, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        Require(earlier.Job);
        if (Kept(earlier, spec, duration) is not { } kept)
            return false;
        Add(new Reservation(kept.Holding, profile, seed));
        return true;
    }

    /// <summary>Takes a job's reservation out of the plan; null when it has none.</summary>
    public PlannedStart? Withdraw(JobId job)
    {
        var at = _reservations.FindIndex(one => one.Holding.Job == job);
        if (at < 0)
            return null;
        var reservation = _reservations[at];
        _reservations.RemoveAt(at);
        _plan.Plans(reservation.Holding, adds: false);
        return reservation.ToPlannedStart();
    }

    /// <summary>When the job would be reserved, and for whom it waits until then; nothing is added to the plan.</summary>
    /// <returns>Null when it fits never as far as is known.</returns>
    public TimelineEstimate? Estimate(JobId job, JobSpec spec, TimeSpan? duration, PlacementProfile profile, ulong seed)
    {
        if (_search.Earliest(job, spec, Length(duration), profile, seed, long.MaxValue) is not { } found)
            return null;
        var before = new List<(long At, JobId Job, bool Meets)>();
        for (var index = 0; index < _plan.Line.Count && _plan.Line[index].At <= found.At; index++)
        {
            var happens = _plan.Line[index];
            if (!happens.Starts && happens.Holding.From <= _plan.Now)
                before.Add((happens.At, happens.Holding.Job, Holding.Meet(happens.Holding.Held.Assignment, found.Placed.Assignment)));
        }
        // Where nothing ran on its nodes it waited for what nodes share, such as power, or for a queue's limit.
        var waits = before.Exists(one => one.Meets) ? before.FindAll(one => one.Meets) : before.FindAll(one => one.At == found.At);
        var named = waits.OrderByDescending(one => one.At).ThenBy(one => one.Job.Value, StringComparer.Ordinal).Select(one => one.Job).Distinct().ToList();
        return new TimelineEstimate(
            new DateTimeOffset(found.At, TimeSpan.Zero), named.Take(TimelineEstimate.MostNamed).ToValueList(),
            Math.Max(0, named.Count - TimelineEstimate.MostNamed));
    }

    /// <summary>
    /// True when a job may start now with this assignment: no reservation starts later for it, though some may be given
    /// another place, and it does not run into a window.
    /// </summary>
    /// <param name="job">The job; a reservation of its own counts as another's.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="assignment">Where it would start.</param>
    /// <param name="duration">How long it is expected to run; null for ever.</param>
    public bool MayStartNow(JobId job, JobSpec spec, Assignment assignment, TimeSpan? duration)
    {
        var holding = HoldingFromNow(job, spec, assignment, duration);
        return Fits(holding) || MakeWay(holding, commit: false);
    }

    /// <summary>True when it may start there and every reservation keeps its place too.</summary>
    public bool FitsBeside(JobId job, JobSpec spec, Assignment assignment, TimeSpan? duration) =>
        Fits(HoldingFromNow(job, spec, assignment, duration));

    /// <summary>A place in which a job may start now without touching a reservation or window, or null.</summary>
    public Placed? PlaceBeside(JobId job, JobSpec spec, TimeSpan? duration, PlacementProfile profile, ulong seed) =>
        _plan.Place(job, spec, _plan.Now, StartSearch.End(_plan.Now, Length(duration)), profile, seed);

    /// <summary>
    /// Takes account of a job that starts now; its reservation is gone. Reservations in its way are given another place
    /// at the same time; one for which there is none is withdrawn.
    /// </summary>
    public void Started(JobId job, JobSpec spec, Assignment assignment, TimeSpan? duration)
    {
        Withdraw(job);
        var holding = HoldingFromNow(job, spec, assignment, duration);
        _until[job] = holding.Until;
        Commit(holding);
    }

    /// <summary>True when a running job may take on the tasks that it lacks in the larger assignment, until its expected end.</summary>
    public bool MayGrow(JobId job, JobSpec spec, Assignment before, Assignment larger) =>
        GrowthOf(job, spec, before, larger) is not { } growth || Fits(growth) || MakeWay(growth, commit: false);

    /// <summary>Takes account of a running job that took on tasks.</summary>
    public void Grown(JobId job, JobSpec spec, Assignment before, Assignment larger)
    {
        if (GrowthOf(job, spec, before, larger) is { } growth)
            Commit(growth);
    }

    /// <summary>
    /// Who is in the way of a job that may not start now with this assignment: the first reservation it meets, else the
    /// first that starts before it would end; null when it is a window.
    /// </summary>
    public JobId? DelayedBy(Assignment assignment, TimeSpan? duration)
    {
        var until = StartSearch.End(_plan.Now, Length(duration));
        var before = _reservations.FindAll(one => one.Holding.From < until);
        return (before.Find(one => Holding.Meet(one.Holding.Held.Assignment, assignment)) ?? before.FirstOrDefault())?.Holding.Job;
    }

    /// <summary>The name of the first window that the job may not run into on these nodes, or null.</summary>
    public string? WindowBefore(JobId job, JobSpec spec, Assignment assignment, TimeSpan? duration)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var until = StartSearch.End(_plan.Now, Length(duration));
        return _plan.Windows.Where(window => window.Bars(_plan.Base.Shape, job, spec.Queue, _plan.Now, until))
            .FirstOrDefault(window => assignment.Tasks.Any(task => window.Nodes.Contains(task.Node)))?.Name;
    }

    /// <summary>How many reservations and windows begin before a job that starts now would end.</summary>
    internal int StartsBefore(TimeSpan? duration)
    {
        var until = StartSearch.End(_plan.Now, Length(duration));
        return _plan.Line.StartsBefore(until) + _plan.Windows.Count(window => window.From.UtcTicks < until);
    }

    private Reservation? Kept(PlannedStart earlier, JobSpec spec, TimeSpan? duration)
    {
        var from = Math.Max(_plan.Now, earlier.Start.UtcTicks);
        var holding = _plan.HoldingOf(earlier.Job, spec, earlier.Assignment, from, StartSearch.End(from, Length(duration)));
        return _plan.Fits(earlier.Job, holding.Held, from, holding.Until) ? new Reservation(holding, PlacementProfile.Factory, 0) : null;
    }

    private Holding? GrowthOf(JobId job, JobSpec spec, Assignment before, Assignment larger)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(larger);
        var had = before.Tasks.ToHashSet();
        var extra = larger with { Tasks = larger.Tasks.Where(task => !had.Contains(task)).ToValueList() };
        if (extra.Tasks.Count == 0)
            return null;
        var held = LinkUses.Of(_plan.Base.Shape, spec, before).ToDictionary(use => use.Link, use => use.Megabits);
        var links = LinkUses.Of(_plan.Base.Shape, spec, larger)
            .Select(use => use with { Megabits = use.Megabits - held.GetValueOrDefault(use.Link) }).Where(use => use.Megabits > 0).ToList();
        return _plan.HoldingOf(
            job, new HeldJob(spec, extra, _plan.Base.QueueOf(spec.Queue), links), _plan.Now, _until.GetValueOrDefault(job, long.MaxValue));
    }

    private Holding HoldingFromNow(JobId job, JobSpec spec, Assignment assignment, TimeSpan? duration)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(assignment);
        return _plan.HoldingOf(job, spec, assignment, _plan.Now, StartSearch.End(_plan.Now, Length(duration)));
    }

    private void Add(Reservation reservation)
    {
        _plan.Plans(reservation.Holding, adds: true);
        _reservations.Add(reservation);
    }

    private void Require(JobId job)
    {
        if (_reservations.Exists(one => one.Holding.Job == job))
            throw new InvariantException($"Job {job} has a reservation already.");
    }

    private static long Length(TimeSpan? duration) => duration is { } known ? Math.Max(1, known.Ticks) : long.MaxValue;

    private static long UntilOf(DateTimeOffset? end, DateTimeOffset now)
    {
        if (end is not { } expected)
            return long.MaxValue;
        if (expected > now)
            return expected.UtcTicks;
        var overdue = now - expected;
        return now.UtcTicks + Math.Max(overdue.Ticks, LeastOverrun.Ticks);
    }

    private sealed record Reservation(Holding Holding, PlacementProfile Profile, ulong Seed)
    {
        public PlannedStart ToPlannedStart() => new(
            Holding.Job, new DateTimeOffset(Holding.From, TimeSpan.Zero),
            Holding.Until == long.MaxValue ? null : new DateTimeOffset(Holding.Until, TimeSpan.Zero), Holding.Held.Assignment);
    }
}
