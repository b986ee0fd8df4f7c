using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Reliability;
using ControlPlane.Scheduling;
using ControlPlane.Simulation.Serving;

namespace ControlPlane.Simulation.Events;

/// <summary>
/// A hall in virtual time, from event to event, with the product's own state and scheduling cycle: jobs come, run, save,
/// lose their GPUs and start again; nodes fail and come back; services write tokens. Between events everything is constant
/// or goes on evenly. At one instant whatever ends leaves, then what fails fails, then what comes joins, then one cycle
/// decides. Not safe for concurrent use.
/// </summary>
public sealed partial class EventTwin
{
    private const int ServicePriority = 500;

    private readonly TwinPlan _plan;
    private readonly TwinFloor _floor;
    private readonly HallState _state;
    private readonly WaitingJobs _waiting = new();
    private readonly Dictionary<JobId, JobRecord> _jobs = [];
    private readonly PriorityQueue<TwinEvent, (long At, int Order, long Number)> _events = new();
    private readonly PowerMeter _meter;
    private readonly Integrals _sums;
    private readonly Arrivals _arrivals;
    private readonly Failures _failures;
    private readonly ServiceDesk _desk;
    private readonly List<EndedJob> _ended = [];
    private readonly Tally _tally = new();
    private readonly long[] _backAt;
    private readonly bool[] _isOut;
    private readonly List<int> _damaged = [];
    private IReadOnlyList<PlannedStart> _reserved = [];
    private long _held;

    /// <summary>A run at its start.</summary>
    /// <param name="plan">What it assumes.</param>
    /// <exception cref="ArgumentException">The plan is not sound.</exception>
    public EventTwin(TwinPlan plan)
        : this(Checked(plan), TwinFloor.Of(plan), null)
    {
    }

    internal EventTwin(TwinPlan plan, TwinFloor floor, TwinImage? image)
    {
        (_plan, _floor, _state) = (plan, floor, new HallState(floor.Layout));
        TwinChecks.Check(plan, floor);
        _links = new LinkFaults(plan, floor);
        (_meter, _sums, _desk) = (new PowerMeter(floor), new Integrals(plan.SampleSeconds * 1000L), new ServiceDesk(plan.Services));
        (_closedNames, _isClosed) = ([.. plan.ClosedNodes], new bool[floor.Layout.Nodes.Count]);
        (_backAt, _isOut) = (new long[floor.Layout.Nodes.Count], new bool[floor.Layout.Nodes.Count]);
        _arrivals = new Arrivals(plan, floor, image?.Arrived ?? 0, image?.Drawn);
        _failures = new Failures(plan, floor.Layout.Nodes.Count, image?.Failing, image?.Now ?? 0);
        if (image is not null)
            Restore(image);
        else
            Begin();
    }

    /// <summary>The present, in milliseconds from the start.</summary>
    public long Now { get; private set; }

    /// <summary>Instants at which something happened so far.</summary>
    public long Events => _tally.Instants;

    /// <summary>The plan.</summary>
    public TwinPlan Plan => _plan;

    /// <summary>GPUs of the hall.</summary>
    public int Gpus => _floor.Layout.GpuCount;

    /// <summary>Jobs that run or wait.</summary>
    public int Alive => _jobs.Count;

    /// <summary>True when nothing is left that could happen but failures.</summary>
    public bool IsOver => _jobs.Count == 0 && _arrivals.NextAt == long.MaxValue;

    /// <summary>The gangs that have ended, in order of their ends.</summary>
    internal IReadOnlyList<EndedJob> Ended => _ended;

    /// <summary>Goes on until an instant.</summary>
    /// <param name="until">Milliseconds from the start, not before the present; what happens at that instant still happens.</param>
    /// <param name="stop">Asked before every event; true ends the run there, in a state that is whole.</param>
    /// <returns>False when it was stopped.</returns>
    public bool Advance(long until, Func<bool>? stop = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(until, Now);
        for (var at = NextAt(); at <= until; at = NextAt())
        {
            if (stop?.Invoke() == true)
                return false;
            _sums.To(at, Level);
            Now = at;
            _tally.Instants++;
            Happen();
            Schedule();
            RefreshLinks();
            RefreshServices();
        }
        _sums.To(until, Level);
        Now = until;
        return true;
    }

    /// <summary>Goes on until every gang has ended.</summary>
    internal void RunOut()
    {
        while (!IsOver)
        {
            var at = NextAt();
            if (at == long.MaxValue)
                throw new InvariantException($"{_jobs.Count} jobs wait and nothing will happen any more; the first is {_waiting.InOrder.First().Job}.");
            Advance(at);
        }
    }

    private Level Level => new(_held, _meter.Milliwatts, _meter.MeterMilliwatts, _tally.NodesOut, _waiting.Count, _state.JobCount, _desk.MilliTokens, Budget(), _meter.HottestMilli);

    private long Budget() => _floor.Feeds.Sum(feed => _state.PowerLimit(feed).Milliwatts);

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds);

    private static TwinPlan Checked(TwinPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Fault() is { } fault ? throw new ArgumentException(fault) : plan;
    }

    private void Begin()
    {
        CloseNodes();
        BeginPresent();
        for (var index = 0; index < _plan.Services.Count; index++)
        {
            var service = _plan.Services[index];
            for (var replica = 0; replica < service.Replicas; replica++)
                Submit(new JobId($"{service.Name}-{replica}"), ReplicaSpec(service), index);
        }
        foreach (var (fault, index) in _plan.Faults.Select((fault, index) => (fault, index)))
            Enqueue(new TwinEvent(EventKind.FaultBegins, default, index), (long)(fault.AtSeconds * 1000), index);
        Schedule();
    }

    private JobSpec ReplicaSpec(ServicePlan service)
    {
        var tasks = service.Tasks ?? new ReplicaTasks(1, service.Model.Gpus, "", IsWithinNode: true);
        return new JobSpec(
            new QueueId(_plan.Queue), ServicePriority,
            [new TaskGroup("replica", tasks.Count, tasks.Gpus, 0, tasks.GpuModel.Length == 0 ? [] : [tasks.GpuModel], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)],
            new TopologyRequest(tasks.Count == 1 ? null : tasks.IsWithinNode ? TopologyLevel.Node : TopologyLevel.Rack, null),
            new SimulatedWork("decode", TimeSpan.Zero, 0, 0), null, null);
    }

    private JobRecord Submit(JobId name, JobSpec spec, int service)
    {
        var work = service >= 0 ? double.PositiveInfinity : ((SimulatedWork)spec.Work).Duration.TotalMilliseconds;
        var record = new JobRecord(name, spec, _tally.Submitted++, Now, service) { Work = work, Checkpoints = CheckpointsOf(spec, service) };
        record.Progress = new JobProgress { Starting = service >= 0 ? record.Checkpoints.Restart : 0 };
        _jobs.Add(name, record);
        _waiting.Add(new WaitingJob(name, spec, record.Sequence));
        return record;
    }

    // Young's interval for the failures that a gang of its nodes meets.
    private Checkpoints CheckpointsOf(JobSpec spec, int service)
    {
        var restart = _plan.RestartSeconds * 1000;
        var nodes = Math.Max(1, spec.Groups.Sum(group => group.Count));
        var interval = service >= 0 ? double.PositiveInfinity
            : spec.Work is SimulatedWork { CheckpointEvery: { Ticks: > 0 } own } ? own.TotalMilliseconds
            : _plan.CheckpointEverySeconds is { } stated ? stated * 1000
            : _plan.FailuresPerNodeDay == 0 ? double.PositiveInfinity
            : Checkpointing.YoungSeconds(_plan.CheckpointSeconds, _plan.Failures.MeanHours(nodes) * 3600) * 1000;
        return new Checkpoints(interval, double.IsInfinity(interval) ? 0 : _plan.CheckpointSeconds * 1000, restart);
    }

    private long NextAt()
    {
        // A job that lost its GPUs ends later than was thought, and a node that failed again is back later.
        while (_events.TryPeek(out var what, out var at) && !IsDue(what, at.At))
            _events.Dequeue();
        var next = Math.Min(_arrivals.NextAt, _failures.NextAt);
        return _events.TryPeek(out _, out var due) ? Math.Min(next, due.At) : next;
    }

    private bool IsDue(TwinEvent what, long at) => what.Kind switch
    {
        EventKind.JobDue => _jobs.TryGetValue(what.Job, out var record) && record.DueAt == at,
        EventKind.NodeBack => _backAt[what.Index] == at && _isOut[what.Index],
        _ => true,
    };

    private void Enqueue(TwinEvent what, long at, long number) => _events.Enqueue(what, (at, (int)what.Kind, number));
}

/// <summary>What is due at an instant, in the order in which it happens there.</summary>
internal enum EventKind
{
    /// <summary>A job ends, or a replica is ready.</summary>
    JobDue,

    /// <summary>A node is back.</summary>
    NodeBack,

    /// <summary>A scripted fault ends.</summary>
    FaultEnds,

    /// <summary>A scripted fault begins.</summary>
    FaultBegins,

    /// <summary>A trunk that flaps is taken out of use.</summary>
    LinkTaken,
}

/// <summary>What is due.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Job">The job, where it is about one.</param>
/// <param name="Index">The node or the fault, where it is about one.</param>
internal readonly record struct TwinEvent(EventKind Kind, JobId Job, int Index);
