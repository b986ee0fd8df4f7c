using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Grid;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Racks;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// Turns what a hall hears into ledger entries. Each method decides on the book as it is, and hands every
/// entry to <paramref name="record"/>, which applies it at once and makes it durable behind.
/// </summary>
internal sealed class HallDecisions(
    HallBook book, PlacementProfile profile, double timeScale, Func<DateTimeOffset> now, Action<LedgerEntry> record)
{
    /// <summary>Jobs of one pass that may look for others to give way: a look at a hall of 100,000 jobs takes a tenth of a second.</summary>
    private const int SearchesPerPass = 4;

    private readonly Dictionary<JobId, GangProgress> _progress = [];
    private readonly Dictionary<JobShape, Waiting> _blocked = [];
    private long _blockedAt;

    private long Next => book.Sequence + 1;

    /// <summary>Decides about a job the hall has not heard of.</summary>
    public void Submit(JobId job, JobSpec spec, PlacementDecision decision, ulong seed, Deferral? deferral = null)
    {
        switch (decision)
        {
            case Placed placed:
                Verify(job, spec, placed.Assignment);
                record(new JobPlaced(Next, now(), job, spec, placed, seed));
                break;
            case Waiting waiting:
                record(new JobQueued(Next, deferral?.At ?? now(), job, spec, waiting) { NotBefore = deferral?.NotBefore });
                break;
            case Refused refused:
                record(new JobRefused(Next, now(), job, spec, refused));
                break;
            default:
                throw new InvalidOperationException($"Placement answered with an unknown decision {decision.GetType().Name}.");
        }
    }

    /// <summary>What placement says about a job now; the seed is the number the entry would have.</summary>
    /// <remarks>While nothing in the hall changes, a job shaped like one that has to wait has to wait for the same reasons.</remarks>
    public (PlacementDecision Decision, ulong Seed) Decide(JobId job, JobSpec spec)
    {
        var seed = (ulong)Next;
        if (_blockedAt != book.Changes)
            _blocked.Clear();
        _blockedAt = book.Changes;
        var shape = JobShape.Of(spec);
        if (_blocked.TryGetValue(shape, out var known))
            return (known, seed);
        var decision = Placer.Place(book.State!, job, spec, profile, seed);
        if (decision is Waiting waiting)
            _blocked.Add(shape, waiting);
        return (decision, seed);
    }

    /// <summary>Places one job that waits.</summary>
    public void PlaceWaiting(JobEntry job, Placed placed, ulong seed)
    {
        Verify(job.Job, job.Spec, placed.Assignment);
        record(new JobPlaced(Next, now(), job.Job, null, placed, seed));
    }

    /// <summary>Ends a job that is not over yet.</summary>
    public void Cancel(JobId job) =>
        record(new JobEnded(Next, now(), job, JobPhase.Cancelled, "Cancelled on request.", 0, null));

    /// <summary>Takes what a rack says about its leases and its GPUs.</summary>
    public void Hear(RackReport report)
    {
        foreach (var gpu in report.FailedGpus.Where(gpu => book.Names.Gpus.ContainsKey(gpu) && !book.Conditions.IsFailed(gpu)))
            FailGpu(gpu);
        foreach (var node in report.Lost.Where(node => book.Names.Nodes.ContainsKey(node) && !book.Conditions.IsLost(node)))
        {
            record(new NodeReachChanged(Next, now(), node, true));
            Repair($"The agent of node {node} is not heard");
        }
        foreach (var node in report.Heard.Where(book.Conditions.IsLost))
            record(new NodeReachChanged(Next, now(), node, false));
        if (report.Building is { Leaks: true } && book.Names.Racks.ContainsKey(report.Rack))
            Close(report.Rack);
        foreach (var start in report.Started)
        {
            if (Progress(start.Key) is not { } gang)
                continue;
            gang.Start(start);
            if (gang.AllStarted && book.Jobs[start.Key.Job].Phase == JobPhase.Placed)
                record(new JobStarted(Next, now(), start.Key.Job, gang.LastStart));
        }
        foreach (var end in report.Ended)
            Hear(end);
    }

    /// <summary>
    /// Cordons a rack that leaks. It stays so until an operator says that the rack is dry: that a detector is silent again
    /// does not.
    /// </summary>
    private void Close(RackId rack)
    {
        if (book.Conditions.StateOf(rack) == RackState.Ready)
            SetRack(rack, RackState.Cordoned, "The building says that it leaks.");
    }

    /// <summary>
    /// Marks a GPU as failed; jobs that hold it are placed again elsewhere. A kernel stays: its own report, which the
    /// agent repeats until it is heard, says what went wrong, and moving the job would lose that.
    /// </summary>
    public void FailGpu(GpuId gpu)
    {
        record(new GpuConditionChanged(Next, now(), gpu, true));
        Repair($"GPU {gpu} failed");
    }

    /// <summary>Changes a node's condition; a failed node's jobs are placed again elsewhere.</summary>
    public void SetCondition(NodeId node, NodeCondition condition)
    {
        record(new NodeConditionChanged(Next, now(), node, condition));
        if (condition is NodeCondition.Failed or NodeCondition.Draining)
            Repair($"Node {node} {(condition == NodeCondition.Failed ? "failed" : "is drained")}");
    }

    /// <summary>Changes the condition of a whole rack in one entry; its jobs are placed again elsewhere, each once, when it fails or is emptied.</summary>
    public void SetRack(RackId rack, RackState state, string because)
    {
        record(new RackConditionChanged(Next, now(), rack, state, because));
        if (state.Condition() is NodeCondition.Failed or NodeCondition.Draining)
            Repair($"Rack {rack} is {state.ToString().ToLowerInvariant()}");
    }

    /// <summary>Takes a trunk out of use, or back; gangs that cross a dead one start again elsewhere where they can, whole.</summary>
    public void SetLink(LinkId link, bool up, string because)
    {
        record(new LinkChanged(Next, now(), link, up) { Because = because, Across = book.State!.JobsAcross(book.Names.Links[link]).ToValueList() });
        if (!up)
            Repair($"Trunk {link} is out of use");
    }

    /// <summary>Keeps new work off a node for health's sake, or no longer; what runs there stays unless the node is to be emptied.</summary>
    public void SetHealth(NodeId node, string alerts, string message, bool drains)
    {
        record(new NodeHealthChanged(Next, now(), node, alerts, message) { Drains = drains });
        if (drains)
            Repair($"Health has node {node} emptied");
    }

    /// <summary>Has the work on a GPU that is not to be trusted done again from its last checkpoint, where it has restarts left.</summary>
    public void RestartWork(GpuId gpu, string because)
    {
        foreach (var job in book.Jobs.Values.Where(job => job.Gpus.Contains(gpu)).OrderBy(job => job.Job.Value, StringComparer.Ordinal).ToList())
            Fail(new LeaseEnd(new LeaseKey(job.Job, job.Generation, 0), false, because, 0, null) { Fault = Fault.Device }, 0);
    }

    /// <summary>Takes a step that a cycle decided for the book as it is.</summary>
    public void Take(CycleStep step, ulong seed, PassFacts? pass, string because = "", Fault fault = Fault.None)
    {
        Verify(step);
        var stopped = step.Evicted.Concat(step.Changed.Where(change => change.Moved).Select(change => change.Job))
            .Concat(step.Kind is StepKind.Restart or StepKind.Requeue or StepKind.Shed or StepKind.Interrupt ? [step.Job] : []);
        var saved = stopped.Select(job => WorkSaved.Of(book.Jobs[job], now(), timeScale)).ToValueList();
        record(new StepTaken(Next, now(), step, seed, StepText.Of(step, because), saved, pass) { Fault = fault });
    }

    /// <summary>What a cycle that begins now may do.</summary>
    public CycleOptions Options(PassFacts pass) => Options(book, profile, (ulong)Next, pass, timeScale);

    /// <summary>What a cycle may do that begins before the entry which its seed names.</summary>
    public static CycleOptions Options(HallBook book, PlacementProfile profile, ulong seed, PassFacts pass, double timeScale) => new(
        profile, seed, WorkSaved.WorkTime(pass.At, timeScale), job => book.Jobs.TryGetValue(job, out var known) ? WorkSaved.Facts(known, pass.At, timeScale) : null)
    {
        HasYielded = job => book.Jobs.TryGetValue(job, out var known) && known.YieldedAt > book.LastEvent,
        MayMove = pass.FindRoom,
        MayEvict = pass.FindRoom,
        MostSearches = SearchesPerPass,
        Backfill = pass.Backfill,
        Depth = pass.Depth,
        Reserved = pass.Reserved,
        Past = pass.Past.Count == 0 ? null : pass.Past,
        Windows = Windows(book, pass.At, timeScale),
        ExpectedEnd = job => book.Jobs.TryGetValue(job, out var known) ? WorkSaved.ExpectedEnd(known, pass.At, timeScale) : null,
    };

    /// <summary>When nodes of the hall are not for everybody, in work time; windows that are over are left out.</summary>
    public static IReadOnlyList<NodeWindow> Windows(HallBook book, DateTimeOffset at, double timeScale) =>
        NodeWindow.Of(book.State!.Layout, at, instant => WorkSaved.WorkTime(instant, timeScale));

    /// <summary>The window that a job placed so would run into, or null: only a pass knows other places for it.</summary>
    public NodeWindow? InTheWay(JobId job, JobSpec spec, Assignment assignment) => InTheWay(book, job, spec, assignment, now(), timeScale);

    /// <summary>As it was, or would be, at an instant.</summary>
    public static NodeWindow? InTheWay(HallBook book, JobId job, JobSpec spec, Assignment assignment, DateTimeOffset at, double timeScale) =>
        NodeWindow.FirstInTheWay(Windows(book, at, timeScale), book.State!, job, spec, assignment, WorkSaved.WorkTime(at, timeScale));

    /// <summary>When a waiting job is expected to start, by what is known of those who run; null when nothing tells.</summary>
    public TimelineEstimate? Estimate(JobId job, JobSpec spec)
    {
        var (at, work) = (now(), WorkSaved.WorkTime(now(), timeScale));
        var timeline = new Timeline(book.State!, work, other => book.Jobs.TryGetValue(other, out var known) ? WorkSaved.ExpectedEnd(known, at, timeScale) : null, Windows(book, at, timeScale));
        return timeline.Estimate(job, spec, spec.Expected, profile, (ulong)Next) is { } estimate
            ? estimate with { EarliestStart = at + ((estimate.EarliestStart - work) / timeScale) }
            : null;
    }

    // Each job's step is seeded by its own entry, so that it can be found again without the others.
    private void Repair(string because)
    {
        foreach (var job in new Repairs(book.State!, profile, 0).Damaged())
        {
            if (new Repairs(book.State!, profile, (ulong)Next).For(job) is { } step)
                Take(step, (ulong)Next, null, because);
        }
    }

    private void Hear(LeaseEnd end)
    {
        if (Progress(end.Key) is not { } gang)
            return;
        if (end.IsInterrupted)
        {
            Interrupt(end.Key.Job, end.Message);
            return;
        }
        if (!end.Succeeded)
        {
            Fail(end, gang.Tokens);
            return;
        }
        gang.End(end);
        if (!gang.AllEnded)
            return;
        if (book.Jobs[end.Key.Job].Phase == JobPhase.Placed)
            record(new JobStarted(Next, now(), end.Key.Job, gang.LastStart == default ? now() : gang.LastStart));
        record(new JobEnded(Next, now(), end.Key.Job, JobPhase.Succeeded, end.Message, gang.Tokens + book.Jobs[end.Key.Job].SavedTokens, gang.Result));
    }

    private void Fail(LeaseEnd end, double tokens)
    {
        var job = book.Jobs[end.Key.Job];
        if (Restarts.After(end, job) is { } because)
            Interrupt(job.Job, because, end.Fault);
        else
            record(new JobEnded(Next, now(), job.Job, JobPhase.Failed, end.Message, tokens + end.Tokens + job.SavedTokens, end.Result));
    }

    private void Interrupt(JobId job, string because, Fault fault = Fault.None) =>
        Take(new CycleStep(StepKind.Interrupt, job, null, null, [], []), (ulong)Next, null, because, fault);

    /// <summary>The gang a lease belongs to, or null when the lease is not one of the job's present ones.</summary>
    private GangProgress? Progress(LeaseKey key)
    {
        if (!book.Jobs.TryGetValue(key.Job, out var job) || job.Assignment is null)
        {
            _progress.Remove(key.Job);
            return null;
        }
        if (!_progress.TryGetValue(key.Job, out var gang) || gang.Leased != job.Leased)
            _progress[key.Job] = gang = new GangProgress(job, gang);
        return gang.Has(key) ? gang : null;
    }

    private void Verify(CycleStep step)
    {
        if (step.Assignment is null)
            return;
        var after = book.State!.Fork();
        foreach (var job in StepEffects.JobsOf(step).Where(after.Contains))
            after.Release(job);
        Verify(after, step.Job, book.Jobs[step.Job].Spec, step.Assignment, book.Jobs[step.Job].Assignment);
    }

    /// <summary>A second look by code that shares nothing with the placer: a plan that breaks a rule is a bug, never carried out.</summary>
    private void Verify(JobId job, JobSpec spec, Assignment assignment) => Verify(book.State!, job, spec, assignment, null);

    private static void Verify(HallState state, JobId job, JobSpec spec, Assignment assignment, Assignment? before)
    {
        var violations = PlanCheck.Verify(state, job, spec, assignment, before);
        if (violations.Count > 0)
            throw new InvalidOperationException($"The plan for {job} breaks a rule and is not carried out: {string.Join("; ", violations)}");
    }
}
