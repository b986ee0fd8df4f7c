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
public sealed class HallState
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

    /// <summary>True when a cycle may have something to do although nobody waits: jobs that may grow, nodes to be emptied.</summary>
    public bool MayImprove => !_sizable.IsEmpty || Nodes.Condition.AsSpan().Contains(NodeCondition.Draining);

    /// <summary>The jobs that hold resources, in no particular order.</summary>
    internal IEnumerable<KeyValuePair<JobId, HeldJob>> Held => _jobs;

    /// <summary>Those of them that can grow or shrink: elastic ones and ones with spares.</summary>
    internal IEnumerable<KeyValuePair<JobId, HeldJob>> Sizable => _sizable;

    /// <summary>Where the job runs, or null when it holds nothing here.</summary>
    public Assignment? AssignmentOf(JobId job) => _jobs.GetValueOrDefault(job)?.Assignment;

    /// <summary>What the job asked for, or null when it holds nothing here.</summary>
    public JobSpec? SpecOf(JobId job) => _jobs.GetValueOrDefault(job)?.Spec;

    /// <summary>Committed power of a domain: standing draw plus every leased GPU's limit, descendants included.</summary>
    public Watts PowerCommitted(int domain) => Watts.FromMilliwatts(Power.Committed[domain]);

    /// <summary>The power limit in force; the layout's until <see cref="SetPowerLimit"/>.</summary>
    public Watts PowerLimit(int domain) => Watts.FromMilliwatts(Power.Limit[domain]);

    /// <summary>Heat committed to a cooling loop.</summary>
    public Watts HeatCommitted(int loop) => Watts.FromMilliwatts(Power.Heat[loop]);

    /// <summary>The capacity in force of a cooling loop.</summary>
    public Watts CoolingCapacity(int loop) => Watts.FromMilliwatts(Power.HeatCapacity[loop]);

    /// <summary>Committed power of one rack.</summary>
    public Watts RackDraw(int rack) => Watts.FromMilliwatts(Power.RackDraw[rack]);

    /// <summary>Bandwidth reserved on a link.</summary>
    public GigabitsPerSecond LinkReserved(int link) => GigabitsPerSecond.FromMegabits(Links.Reserved[link]);

    /// <summary>Bandwidth of a link in one direction; zero while it is down.</summary>
    public GigabitsPerSecond LinkCapacity(int link) =>
        Links.Down[link] ? GigabitsPerSecond.Zero : Layout.Links[link].Capacity;

    /// <summary>True unless <see cref="SetLinkUp"/> said otherwise.</summary>
    public bool IsLinkUp(int link) => !Links.Down[link];

    /// <summary>Thousandths of GPUs that the queue's jobs and its descendants' jobs hold.</summary>
    public long QueueUsedMilli(int queue) => Queues.Used[queue];

    /// <summary>Power that the queue's jobs and its descendants' jobs add to the hall at their power limits.</summary>
    public Watts QueuePower(int queue) => Watts.FromMilliwatts(Queues.Power[queue]);

    /// <summary>Free thousandths of each GPU of a node; a failed GPU is listed with what is not leased of it.</summary>
    public ReadOnlySpan<int> FreeGpuMilli(int node) =>
        Nodes.GpuFree.AsSpan(Shape.FirstGpu[node], Shape.Gpus[node]);

    /// <summary>Thousandths of a core of a node that nobody holds.</summary>
    public int FreeCpuMilli(int node) => Nodes.CpuFree[node];

    /// <summary>Memory of a node that nobody holds.</summary>
    public Gibibytes FreeMemory(int node) => Gibibytes.FromMebibytes(Nodes.MemoryFree[node]);

    /// <summary>Whether the node takes new tasks.</summary>
    public NodeCondition ConditionOf(int node) => Nodes.Condition[node];

    /// <summary>True after <see cref="SetGpuFailed"/> said so.</summary>
    public bool IsGpuFailed(int node, int gpu) => Nodes.GpuFailed[GpuAt(node, gpu)];

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
    public void SetNodeCondition(int node, NodeCondition condition)
    {
        Nodes.Condition[node] = condition;
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
            Power.Limit[domain] = Math.Max(Power.Limit[domain], other.Power.Committed[domain]);
        for (var loop = 0; loop < Power.HeatCapacity.Length; loop++)
            Power.HeatCapacity[loop] = Math.Max(Power.HeatCapacity[loop], other.Power.Heat[loop]);
        other.Queues.Used.CopyTo(Queues.Tolerated, 0);
        other.Links.Reserved.CopyTo(Links.Tolerated, 0);
    }

    /// <summary>Recomputes everything from the layout and the assignments and compares.</summary>
    /// <exception cref="InvariantException">A figure differs: the message names it.</exception>
    public void Verify() => StateVerification.Verify(this);

    /// <summary>Feeds, loops and links that carry more than the limit in force, as after a limit was lowered.</summary>
    public IReadOnlyList<string> Overcommitted() =>
    [
        .. Layout.PowerDomains.Where((_, i) => Power.Committed[i] > Power.Limit[i]).Select(domain => domain.Id.Value),
        .. Layout.CoolingLoops.Where((_, i) => Power.Heat[i] > Power.HeatCapacity[i]).Select(loop => loop.Id.Value),
        .. Layout.Links.Where((_, i) => Links.Left(i) < 0).Select(link => link.Id.Value),
    ];

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

    /// <summary>Takes what one task needs; checks nothing.</summary>
    internal void Take(int node, ReadOnlySpan<int> gpus, int milli, int cpu, long memory, int percent)
    {
        Power.Add(Shape.Rack[node], LeaseDraw(node, gpus, percent));
        Nodes.Take(node, gpus, milli, cpu, memory);
        Index.Update(node, Nodes);
    }

    /// <summary>Gives back what one task took.</summary>
    internal void Give(int node, ReadOnlySpan<int> gpus, int milli, int cpu, long memory, int percent)
    {
        Nodes.Give(node, gpus, milli, cpu, memory);
        Power.Add(Shape.Rack[node], -LeaseDraw(node, gpus, percent));
        Index.Update(node, Nodes);
    }

    // Returns what keeps the assignment from being committed, or null when it was.
    private string? Commit(JobId job, JobSpec spec, Assignment assignment, bool withinLimits, Assignment? before, bool mayBeTaken = false)
    {
        if (_jobs.ContainsKey(job))
            throw new InvariantException($"Job {job} already holds an assignment in hall {Layout.Hall}.");
        AssignmentChecks.RequireWhole(Shape, job, spec, assignment);
        var held = new HeldJob(spec, assignment, QueueOf(spec.Queue), LinkUses.Of(Shape, spec, assignment));
        var fault = withinLimits ? AssignmentChecks.SharedFaultOf(this, held, mayBeTaken ? null : before) : null;
        fault ??= TakeAll(held, withinLimits, before, mayBeTaken);
        if (fault is not null)
            return fault;
        foreach (var use in held.Links)
            Links.Reserved[use.Link] += use.Megabits;
        Queues.Add(held, 1);
        _jobs = _jobs.Add(job, held);
        if (spec.IsSizable)
            _sizable = _sizable.Add(job, held);
        return null;
    }

    // Returns what went wrong, having given everything back, or null.
    private string? TakeAll(HeldJob held, bool withinLimits, Assignment? before, bool mayBeTaken)
    {
        var tasks = held.Assignment.Tasks;
        var percent = held.Assignment.PowerPercent;
        var places = before?.Places;
        for (var done = 0; done < tasks.Count; done++)
        {
            var task = tasks[done];
            var group = held.Spec.Groups[task.Group];
            var stays = places?.Contains((task.Node, task.Gpus)) == true;
            var fault = AssignmentChecks.FaultOf(this, task, group, withinLimits && !stays);
            if (fault is not null)
            {
                Undo(held, done);
                return fault;
            }
            var draws = LeaseDraw(task.Node, task.Gpus.Items.AsSpan(), percent) > 0;
            Take(task.Node, task.Gpus.Items.AsSpan(), task.GpuMilli, group.CpuMilli, group.Memory.Mebibytes, percent);
            fault = draws && withinLimits && (!stays || mayBeTaken) ? AssignmentChecks.ExcessOf(this, task.Node) : null;
            if (fault is not null)
            {
                Undo(held, done + 1);
                return fault;
            }
        }
        return null;
    }

    private void Undo(HeldJob held, int tasks)
    {
        for (var index = tasks - 1; index >= 0; index--)
        {
            var task = held.Assignment.Tasks[index];
            var group = held.Spec.Groups[task.Group];
            Give(task.Node, task.Gpus.Items.AsSpan(), task.GpuMilli, group.CpuMilli, group.Memory.Mebibytes, held.Assignment.PowerPercent);
        }
    }

    // A GPU draws its limit from its first lease to its last, however many jobs share it.
    private long LeaseDraw(int node, ReadOnlySpan<int> gpus, int percent)
    {
        var idle = 0;
        foreach (var gpu in gpus)
        {
            if (Nodes.GpuFree[Shape.FirstGpu[node] + gpu] == 1000)
                idle++;
        }
        return idle == 0 ? 0 : idle * Shape.LeaseOf(Shape.Model[node], percent);
    }

    private static void ThrowFor(JobId job, string? fault)
    {
        if (fault is not null)
            throw new InvariantException($"Job {job} cannot be assigned: {fault}.");
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
