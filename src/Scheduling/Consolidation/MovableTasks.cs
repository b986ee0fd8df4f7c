using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>The placed jobs of one task that may move, flat, so that a search can look at all of them quickly.</summary>
internal sealed class MovableTasks(HallState state)
{
    private readonly Dictionary<JobId, int> _index = [];
    private readonly Dictionary<(DemandKey Key, int Percent), int> _shapeOf = [];
    private readonly List<JobId> _jobs = [];
    private Entry[] _entries = new Entry[64];

    /// <summary>The distinct shapes of the jobs, in the order in which they were first seen.</summary>
    public List<TaskDemand> Shapes { get; } = [];

    private List<(JobId Job, JobSpec Spec, Assignment Held)> Examples { get; } = [];

    /// <summary>True when the job is one task and no more: nothing it shares with another ties it to a place.</summary>
    public static bool IsSingle(JobSpec spec) =>
        spec.Groups.Count == 1 && spec.Groups[0].Count == 1 && spec.Groups[0].Spares == 0
        && spec.Topology.Required is null && spec.Topology.Slices.Count == 0;

    public JobId JobOf(int task) => _jobs[task];

    public int NodeOf(int task) => _entries[task].Node;

    public TaskDemand DemandOf(int task) => Shapes[_entries[task].Shape];

    public void Add(JobId job)
    {
        var (spec, held) = (state.SpecOf(job), state.AssignmentOf(job));
        if (spec is null || held is null || held.Tasks.Count != 1 || !IsSingle(spec))
            return;
        var demand = TaskDemand.Of(state.Shape, spec.At(held.PowerPercent))[0];
        demand.Percent = held.PowerPercent;
        if (!_shapeOf.TryGetValue((demand.Key, demand.Percent), out var shape))
        {
            shape = Shapes.Count;
            _shapeOf.Add((demand.Key, demand.Percent), shape);
            Shapes.Add(demand);
            Examples.Add((job, spec, held));
        }
        if (!_index.TryGetValue(job, out var at))
        {
            at = _jobs.Count;
            _index.Add(job, at);
            _jobs.Add(job);
            if (at == _entries.Length)
                Array.Resize(ref _entries, at * 2);
        }
        var task = held.Tasks[0];
        var first = task.Gpus.Count == 0 ? -1 : state.Shape.FirstGpu[task.Node] + task.Gpus[0];
        _entries[at] = new Entry(task.Node, first, shape, task.Gpus.Count, task.GpuMilli, demand.Cpu, demand.Memory);
    }

    public void Remove(JobId job)
    {
        if (!_index.Remove(job, out var at))
            return;
        var last = _jobs.Count - 1;
        (_jobs[at], _entries[at]) = (_jobs[last], _entries[last]);
        if (at != last)
            _index[_jobs[at]] = at;
        _jobs.RemoveAt(last);
    }

    /// <summary>
    /// Who could give the demand its place: of every shape not yet seen the job whose GPU the demand would fill best,
    /// the best filled first.
    /// </summary>
    public IEnumerable<(int Task, int Shape)> Replaceable(TaskDemand demand, bool[] seen, HashSet<int> without)
    {
        var best = new (int Task, int Left)[Shapes.Count];
        Array.Fill(best, (-1, int.MaxValue));
        for (var task = 0; task < _jobs.Count; task++)
        {
            ref readonly var entry = ref _entries[task];
            if (seen[entry.Shape])
                continue;
            var rest = RestAfter(demand, entry);
            if (rest >= 0 && rest < best[entry.Shape].Left && !without.Contains(entry.Node))
                best[entry.Shape] = (task, rest);
        }
        return Enumerable.Range(0, best.Length).Where(shape => best[shape].Task >= 0)
            .OrderBy(shape => best[shape].Left).Select(shape => (best[shape].Task, shape)).ToList();
    }

    /// <summary>True when a job of the shape would find a place in the hall as it is.</summary>
    public bool FitsSomewhere(int shape, PlacementProfile profile, ulong seed)
    {
        var (job, spec, held) = Examples[shape];
        return Placer.PlaceSame(state, job, spec, held, profile, seed) is not null;
    }

    /// <summary>The demand on this node of the hall, on the GPU that it fills best; null when it does not fit there.</summary>
    public static Assignment? At(HallState hall, int node, TaskDemand demand)
    {
        var gpu = demand.IsShare ? GpuChoice.Tightest(hall, node, demand, sharedOnly: false) : -1;
        if ((demand.IsShare && gpu < 0) || (!demand.IsShare && hall.Nodes.WholeFree[node] < demand.Gpus))
            return null;
        return new Assignment([Placer.TaskOn(hall, demand, demand.NumberAt(0), new Candidate(node, gpu, []))]) { PowerPercent = demand.Percent };
    }

    // What would be free of the demand's GPU once it stood in the task's place; -1 when it does not fit.
    private int RestAfter(TaskDemand demand, in Entry entry)
    {
        var (node, nodes) = (entry.Node, state.Nodes);
        if (nodes.CpuFree[node] + entry.Cpu < demand.Cpu || nodes.MemoryFree[node] + entry.Memory < demand.Memory)
            return -1;
        if (!demand.Allowed[state.Shape.Model[node] + 1] || nodes.Condition[node] != NodeCondition.Ready)
            return -1;
        if (!demand.NeedsGpu)
            return 0;
        if (!demand.IsShare)
            return nodes.WholeFree[node] + Freed(entry) >= demand.Gpus ? 0 : -1;
        var free = entry.Gpus == 0 ? -1 : nodes.GpuFree[entry.FirstGpu] + entry.Milli;
        if (free >= demand.Milli)
            return free - demand.Milli;
        var tightest = GpuChoice.Tightest(state, node, demand, sharedOnly: false);
        return tightest < 0 ? -1 : state.FreeGpuMilli(node)[tightest] - demand.Milli;
    }

    // How many GPUs are wholly free once the task is gone.
    private int Freed(in Entry entry) =>
        entry.Gpus != 1 ? entry.Gpus : state.Nodes.GpuFree[entry.FirstGpu] + entry.Milli == 1000 ? 1 : 0;

    private readonly record struct Entry(int Node, int FirstGpu, int Shape, int Gpus, int Milli, int Cpu, long Memory);
}
