using System.Collections.Immutable;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling;

/// <summary>
/// What a hall has and what its jobs hold, kept incrementally: every change costs in proportion to the change, not to
/// the hall. Not safe for concurrent use; give each reader its own <see cref="Fork"/>.
/// </summary>
public sealed partial class HallState
{
    private ImmutableDictionary<JobId, HeldJob> _jobs = ImmutableDictionary<JobId, HeldJob>.Empty;
    private ImmutableDictionary<JobId, HeldJob> _sizable = ImmutableDictionary<JobId, HeldJob>.Empty;
    private HallState? _scratch;

    /// <summary>An empty, healthy hall at its rated limits.</summary>
    /// <param name="layout">The hall.</param>
    /// <exception cref="InvariantException">An index in the layout points to nothing.</exception>
    public HallState(HallLayout layout)
        : this(new HallShape(LayoutChecks.Checked(layout)))
    {
        for (var node = 0; node < layout.Nodes.Count; node++)
            Index.Update(node, Nodes);
    }

    private HallState(HallShape shape)
    {
        Shape = shape;
        Nodes = new NodeLedger(shape);
        Index = new FreeIndex(shape);
        Power = new PowerLedger(shape);
        Links = new LinkLedger(shape);
        Queues = new QueueLedger(shape);
    }

    /// <summary>The hall's layout.</summary>
    public HallLayout Layout => Shape.Layout;

    /// <summary>How many jobs hold resources.</summary>
    public int JobCount => _jobs.Count;

    /// <summary>The jobs that hold resources, by name, so that whoever walks them does so in the same order every time.</summary>
    public IReadOnlyList<JobId> Jobs => [.. _jobs.Keys.OrderBy(job => job.Value, StringComparer.Ordinal)];

    /// <summary>Wholly free, healthy GPUs on ready nodes.</summary>
    public int FreeGpus => Index.FreeGpus;

    internal HallShape Shape { get; }

    internal NodeLedger Nodes { get; }

    internal FreeIndex Index { get; }

    internal PowerLedger Power { get; }

    internal LinkLedger Links { get; }

    internal QueueLedger Queues { get; }

    /// <summary>Scores that were computed before and may still hold.</summary>
    internal ScoreCache Scores { get; } = new();

    /// <summary>An independent copy: changes to either do not show in the other. Costs one copy of flat arrays.</summary>
    public HallState Fork()
    {
        var fork = new HallState(Shape);
        fork.CopyFrom(this);
        return fork;
    }

    /// <summary>True when the job holds resources here.</summary>
    public bool Contains(JobId job) => _jobs.ContainsKey(job);

    /// <summary>True when a cycle may have something to do although nobody waits: jobs that may grow, nodes to be emptied, gangs across a dead link.</summary>
    public bool MayImprove => !_sizable.IsEmpty || Links.AnyCut || Nodes.Condition.AsSpan().Contains(NodeCondition.Draining);

    /// <summary>The jobs that hold resources, in no particular order.</summary>
    internal IEnumerable<KeyValuePair<JobId, HeldJob>> Held => _jobs;

    /// <summary>Those of them that can grow or shrink: elastic ones and ones with spares.</summary>
    internal IEnumerable<KeyValuePair<JobId, HeldJob>> Sizable => _sizable;

    /// <summary>What a job holds, or null.</summary>
    internal HeldJob? HeldBy(JobId job) => _jobs.GetValueOrDefault(job);

    /// <summary>Where the job runs, or null when it holds nothing here.</summary>
    public Assignment? AssignmentOf(JobId job) => _jobs.GetValueOrDefault(job)?.Assignment;

    /// <summary>What the job asked for, or null when it holds nothing here.</summary>
    public JobSpec? SpecOf(JobId job) => _jobs.GetValueOrDefault(job)?.Spec;

    /// <summary>Puts a power limit in force. It may lie below what is committed; then nothing new is placed there.</summary>
    public void SetPowerLimit(int domain, Watts limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, Watts.Zero);
        Power.Limit[domain] = limit.Milliwatts;
    }

    /// <summary>Puts a cooling capacity in force. It may lie below what is committed; then nothing new is placed there.</summary>
    public void SetCoolingCapacity(int loop, Watts capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, Watts.Zero);
        Power.HeatCapacity[loop] = capacity.Milliwatts;
    }

    /// <summary>Says whether a node takes new tasks; what it runs stays leased.</summary>
    /// <param name="node">The node.</param>
    /// <param name="condition">Its condition.</param>
    /// <param name="openToTests">Whether, cordoned, it still takes jobs that test it.</param>
    public void SetNodeCondition(int node, NodeCondition condition, bool openToTests = false)
    {
        Nodes.Condition[node] = condition;
        Nodes.OpenToTests[node] = openToTests && condition == NodeCondition.Cordoned;
        Nodes.Recount(node);
        Index.Update(node, Nodes);
    }

    /// <summary>Says whether a GPU is out of order; a lease on it stays until it is released.</summary>
    public void SetGpuFailed(int node, int gpu, bool failed)
    {
        Nodes.GpuFailed[GpuAt(node, gpu)] = failed;
        Nodes.Recount(node);
        Index.Update(node, Nodes);
    }

    /// <summary>Says whether a link carries traffic; reservations on it stay.</summary>
    public void SetLinkUp(int link, bool up) => Links.Down[link] = !up;

    /// <summary>Gives a job what its assignment names, after checking every limit; nothing changes when a check fails.</summary>
    /// <exception cref="InvariantException">The assignment is not whole, something is held already, or a limit would be exceeded.</exception>
    public void Assign(JobId job, JobSpec spec, Assignment assignment) =>
        ThrowFor(job, Commit(job, spec, assignment, withinLimits: true, null));

    /// <summary>
    /// Gives a job what it held before, when a saved hall is loaded: no two tasks may hold the same thing, yet limits
    /// may have been lowered and nodes cordoned since the job was placed.
    /// </summary>
    /// <exception cref="InvariantException">The assignment is not whole or something is held already.</exception>
    public void Restore(JobId job, JobSpec spec, Assignment assignment) =>
        ThrowFor(job, Commit(job, spec, assignment, withinLimits: false, null));

    /// <summary>Takes everything back from a job.</summary>
    /// <exception cref="InvariantException">The job holds nothing here.</exception>
    public void Release(JobId job)
    {
        if (!_jobs.TryGetValue(job, out var held))
            throw new InvariantException($"Job {job} holds nothing in hall {Layout.Hall}.");
        _jobs = _jobs.Remove(job);
        _sizable = _sizable.Remove(job);
        Undo(held, held.Assignment.Tasks.Count);
        foreach (var use in held.Links)
            Links.Reserved[use.Link] -= use.Megabits;
        Queues.Add(held, -1);
    }

    /// <summary>
    /// Puts another assignment in the place of a job's own, as when it grows, shrinks, moves or loses a node; nothing
    /// changes when a check fails. Tasks that stay where they are are not held against a node that takes nothing new.
    /// </summary>
    /// <exception cref="InvariantException">The job holds nothing here, or the new assignment is not whole or does not fit.</exception>
    public void Reassign(JobId job, Assignment assignment)
    {
        if (!_jobs.TryGetValue(job, out var held))
            throw new InvariantException($"Job {job} holds nothing in hall {Layout.Hall}.");
        Release(job);
        var fault = Commit(job, held.Spec, assignment, withinLimits: true, held.Assignment);
        if (fault is not null)
            Restore(job, held.Spec, held.Assignment);
        ThrowFor(job, fault);
    }

    /// <summary>As <see cref="Assign"/>, for a job that held something just before: tasks that stay are not held against their nodes.</summary>
    internal void AssignAgain(JobId job, JobSpec spec, Assignment assignment, Assignment before) =>
        ThrowFor(job, Commit(job, spec, assignment, withinLimits: true, before));

    /// <summary>As <see cref="AssignAgain"/>, once others may have taken what it held; false when it does not fit any more.</summary>
    internal bool TryAssignAgain(JobId job, JobSpec spec, Assignment assignment, Assignment before) =>
        Commit(job, spec, assignment, withinLimits: true, before, mayBeTaken: true) is null;

    /// <summary>Raises every limit that another state of the hall exceeds to what that state has committed.</summary>
    internal void AllowWhat(HallState other)
    {
        for (var domain = 0; domain < Power.Limit.Length; domain++)
            Power.Limit[domain] = Math.Max(Power.Limit[domain], other.Power.LoadOf(domain));
        for (var loop = 0; loop < Power.HeatCapacity.Length; loop++)
            Power.HeatCapacity[loop] = Math.Max(Power.HeatCapacity[loop], other.Power.Heat[loop]);
        other.Queues.Used.CopyTo(Queues.Tolerated, 0);
        other.Links.Reserved.CopyTo(Links.Tolerated, 0);
    }

    /// <summary>Recomputes everything from the layout and the assignments and compares.</summary>
    /// <exception cref="InvariantException">A figure differs: the message names it.</exception>
    public void Verify() => StateVerification.Verify(this);

    /// <summary>Index of a queue, or -1 when the hall has no queues at all.</summary>
    /// <exception cref="InvariantException">The hall has queues, but not this one.</exception>
    internal int QueueOf(QueueId queue)
    {
        if (Shape.QueueIndex.Count == 0)
            return -1;
        return Shape.QueueIndex.TryGetValue(queue.Value, out var index)
            ? index
            : throw new InvariantException($"Hall {Layout.Hall} has no queue {queue}.");
    }

    /// <summary>A copy to try things on, kept for the next time: its content is this state's at the time of the call.</summary>
    internal HallState Scratch()
    {
        _scratch ??= new HallState(Shape);
        _scratch.CopyFrom(this);
        return _scratch;
    }

    private int GpuAt(int node, int gpu)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(gpu);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(gpu, Shape.Gpus[node]);
        return Shape.FirstGpu[node] + gpu;
    }

    /// <summary>Becomes a copy of another state of the same hall.</summary>
    internal void CopyFrom(HallState other)
    {
        _jobs = other._jobs;
        _sizable = other._sizable;
        Nodes.CopyFrom(other.Nodes);
        Index.CopyFrom(other.Index);
        Power.CopyFrom(other.Power);
        Links.CopyFrom(other.Links);
        Queues.CopyFrom(other.Queues);
        // Versions start over from the other's, so a kept score could pass for one of a node it never saw.
        Scores.Clear();
    }
}
