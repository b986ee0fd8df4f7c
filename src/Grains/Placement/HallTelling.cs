using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Facility.Control;
using ControlPlane.Grains.Racks;

namespace ControlPlane.Grains.Placement;

/// <summary>What a hall tells others, one way: orders to racks, news to jobs, reservations to links. Nothing here is awaited.</summary>
internal sealed class HallTelling(IGrainFactory grains, FailsafeLine line, double timeScale)
{
    /// <summary>What is left to do at least: a lease without any work would never be seen to run.</summary>
    private static readonly TimeSpan LeastWork = TimeSpan.FromMilliseconds(1);

    private readonly Dictionary<RackId, long> _revisions = [];
    private readonly Dictionary<LinkId, long> _reserved = [];
    private readonly Dictionary<JobId, string> _traces = [];

    /// <summary>Tells this activation of the hall from earlier ones.</summary>
    public Guid Incarnation { get; } = Guid.NewGuid();

    /// <summary>Forgets what racks have heard, so that all are told anew.</summary>
    public void ForgetAll() => _revisions.Clear();

    /// <summary>The newest entry that is durable: orders hold nothing newer.</summary>
    public long Durable { get; private set; }

    /// <summary>Notes that everything up to an entry is durable.</summary>
    public void MarkDurable(long sequence) => Durable = Math.Max(Durable, sequence);

    /// <summary>Keeps the trace of a job's submission, for the leases it will get.</summary>
    public void Trace(JobId job, string? traceParent)
    {
        if (traceParent is not null)
            _traces[job] = traceParent;
    }

    /// <summary>Forgets a job's trace.</summary>
    public void Untrace(JobId job) => _traces.Remove(job);

    /// <summary>Marks a rack whose leases a durable entry changed.</summary>
    public void Touch(RackId rack, long revision) =>
        _revisions[rack] = Math.Max(revision, _revisions.GetValueOrDefault(rack));

    /// <summary>Sends a rack its orders.</summary>
    public void TellRack(HallBook book, RackId rack) =>
        _ = grains.Rack(rack).Assign(Orders(book, rack, -1));

    /// <summary>Has racks fire their armed caps now: those in this process before this returns, the others by message.</summary>
    /// <param name="book">The hall.</param>
    /// <param name="racks">The racks.</param>
    /// <param name="lowest">True for the lowest caps that their devices accept.</param>
    public void Fire(HallBook book, IEnumerable<RackId> racks, bool lowest = false)
    {
        var signals = racks.Select(rack => (Rack: rack, Level: lowest ? 0 : book.ArmedLevelOf(book.Names.Racks[rack]))).ToList();
        foreach (var (rack, level) in signals)
            line.Fire(rack, book.Sequence + 1, level);
        foreach (var (rack, level) in signals)
            _ = grains.Rack(rack).Fire(book.Sequence + 1, level);
    }

    /// <summary>Sends a job its state.</summary>
    public void TellJob(HallId hall, JobEntry job) =>
        _ = grains.Job(job.Job).Observe(hall, job.Spec, job.SubmittedAt, job.News());

    /// <summary>Sends links their reservations, where they changed.</summary>
    public void TellLinks(HallBook book)
    {
        if (book.State is not { } state)
            return;
        for (var index = 0; index < state.Layout.Links.Count; index++)
        {
            var link = state.Layout.Links[index];
            var reserved = state.LinkReserved(index);
            if (_reserved.TryGetValue(link.Id, out var told) && told == reserved.Megabits)
                continue;
            _reserved[link.Id] = reserved.Megabits;
            _ = grains.Link(state.Layout.Hall, link.Id).Reserved(book.Sequence, reserved, link.Capacity);
        }
    }

    /// <summary>A rack's orders, or a note that it follows the newest ones.</summary>
    public RackOrders Orders(HallBook book, RackId rack, long known)
    {
        var hall = book.Names.Layout.Hall;
        if (!_revisions.TryGetValue(rack, out var revision))
            _revisions[rack] = revision = Durable;
        if (known == revision)
            return new RackOrders(hall, revision, Incarnation, false, null, []);
        return book.Names.Racks.TryGetValue(rack, out var index)
            ? new RackOrders(hall, revision, Incarnation, true, Card(book, index), Leases(book, index))
            {
                IsFailsafeOn = book.Limits.IsFired(rack),
                ArmedLevel = book.ArmedLevelOf(index),
            }
            : new RackOrders(hall, revision, Incarnation, true, null, []);
    }

    private ValueList<TaskLease> Leases(HallBook book, int rack)
    {
        var layout = book.Names.Layout;
        var first = layout.Racks[rack].FirstNode;
        var last = first + layout.Racks[rack].NodeCount;
        var leases = new List<TaskLease>();
        foreach (var job in book.OnRack(rack))
        {
            foreach (var (number, generation, placed, late) in job.Leases())
            {
                if (placed.Node < first || placed.Node >= last || generation > Durable)
                    continue;
                leases.Add(new TaskLease(
                    job.Job, generation, number, layout.Nodes[placed.Node].Id, placed.Gpus, placed.GpuMilli, WorkOf(job, late),
                    _traces.GetValueOrDefault(job.Job, ""), late is null ? job.StartedAt : null)
                {
                    PowerPercent = job.PercentToKeep,
                    MigSlots = placed.SlotsOn(layout),
                });
            }
        }
        return leases.ToValueList();
    }

    // What is saved need not be done again, and a task that joins later ends with the others.
    private WorkSpec WorkOf(JobEntry job, LateTask? late)
    {
        if (job.Spec.Work is not SimulatedWork work || (job.Saved == TimeSpan.Zero && late is null))
            return job.Spec.Work;
        var done = job.Saved;
        if (late is { } joined && job.StartedAt is { } started && joined.At > started)
            done += (joined.At - started) * timeScale;
        var left = work.Duration - done;
        return work with { Duration = left > LeastWork ? left : LeastWork };
    }

    private static RackCard Card(HallBook book, int index)
    {
        var layout = book.Names.Layout;
        var rack = layout.Racks[index];
        var nodes = layout.Nodes.Items.AsSpan(rack.FirstNode, rack.NodeCount);
        var cards = new List<NodeCard>();
        for (var at = 0; at < nodes.Length; at++)
        {
            var node = nodes[at];
            var model = node.GpuModel < 0 ? null : layout.GpuModels[node.GpuModel];
            cards.Add(new NodeCard(node.Id, node.Gpus, model?.Idle.Value ?? 0, model?.Limit.Value ?? 0, node.Base.Value)
            {
                FloorWatts = FailsafeCaps.FloorOf(layout, rack.FirstNode + at).Value,
            });
        }
        var inlet = rack.Cooling.Count == 0 ? 25 : layout.CoolingLoops[rack.Cooling[0].Loop].Supply.Value;
        return new RackCard(rack.Id, rack.Simulated, rack.Overhead.Value, cards.ToValueList(), inlet);
    }
}
