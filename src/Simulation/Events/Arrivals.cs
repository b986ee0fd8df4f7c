using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Simulation.Events;

/// <summary>The gangs of a plan as they come: those of the list, then drawn ones.</summary>
internal sealed class Arrivals
{
    /// <summary>Gangs have the middle priority; services come before them.</summary>
    private const int Priority = 100;

    private readonly TwinPlan _plan;
    private readonly TwinFloor _floor;
    private readonly DrawnJobs? _drawn;
    private readonly HashSet<string> _queues;
    private TracedJob? _next;

    /// <summary>Gangs that come after the first so many, drawn from where draws stood.</summary>
    public Arrivals(TwinPlan plan, TwinFloor floor, long count, (ulong State, double Clock)? drawn)
    {
        (_plan, _floor, Count) = (plan, floor, count);
        _queues = [.. floor.Layout.Queues.Select(queue => queue.Id.Value)];
        var last = plan.Jobs.Count > 0 ? plan.Jobs[^1].Submit : 0;
        if (plan.Drawn is { } fit)
            _drawn = new DrawnJobs(fit, drawn is { } at ? new SeededDraws(at.State) : SeededDraws.Of(plan.Seed, DrawnJobs.Purpose), drawn?.Clock ?? last);
        Ahead();
    }

    /// <summary>How many have come.</summary>
    public long Count { get; private set; }

    /// <summary>When the next one comes, in milliseconds; never is the greatest number.</summary>
    public long NextAt => _next is null ? long.MaxValue : _next.Submit * 1000;

    /// <summary>Where the draws stood before the next one was drawn.</summary>
    public (ulong State, double Clock)? Drawn { get; private set; }

    /// <summary>The next one.</summary>
    public (JobId Name, JobSpec Spec) Take()
    {
        var job = _next!;
        var name = Count < _plan.Jobs.Count ? $"job-{job.Id}" : $"drawn-{(Count - _plan.Jobs.Count).ToString(CultureInfo.InvariantCulture)}";
        Count++;
        Ahead();
        return (new JobId(name), SpecOf(job));
    }

    private void Ahead()
    {
        Drawn = _drawn is null ? null : (_drawn.State, _drawn.Clock);
        _next = Count < _plan.Jobs.Count ? _plan.Jobs[(int)Count] : _drawn?.Next();
    }

    private JobSpec SpecOf(TracedJob job)
    {
        var whole = job.Gpus / _floor.NodeGpus;
        var rest = job.Gpus - (whole * _floor.NodeGpus);
        var groups = new List<TaskGroup>();
        if (whole > 0)
            groups.Add(Group("servers", whole, _floor.NodeGpus));
        if (rest > 0)
            groups.Add(Group("rest", 1, rest));
        TopologyLevel? preferred = job.Gpus <= _floor.NodeGpus ? null : _plan.Preferred switch
        {
            "rack" => TopologyLevel.Rack,
            "leaf" => TopologyLevel.Leaf,
            "spine" => TopologyLevel.Spine,
            _ => null,
        };
        return new JobSpec(
            new QueueId(_queues.Contains(job.Queue) ? job.Queue : _plan.Queue), Priority, groups.ToValueList(), new TopologyRequest(null, preferred),
            new SimulatedWork("training", TimeSpan.FromSeconds(job.Duration), 0, _plan.TrainingUtilisation), null, null);
    }

    private TaskGroup Group(string name, int count, int gpus) =>
        new(name, count, gpus, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.FromGigabits(_plan.NetworkPerGpu));
}
