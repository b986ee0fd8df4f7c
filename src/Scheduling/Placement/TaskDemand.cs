using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>What one task of a group asks of a node, with names resolved to the hall's indexes.</summary>
internal sealed class TaskDemand
{
    private readonly int[]? _numbers;
    private readonly int _atLeast;
    private readonly int _full;
    private readonly MigProfile?[]? _profiles;

    private TaskDemand(HallShape shape, JobSpec spec, int group, int[]? numbers)
    {
        var facts = spec.Groups[group];
        Group = group;
        Percent = spec.PowerSteps.Count > 0 ? spec.PowerSteps[0].Percent : spec.PowerPercents.Count > 0 ? spec.PowerPercents[0] : 100;
        _numbers = numbers;
        (_atLeast, _full) = (facts.AtLeast, facts.Count);
        Count = numbers?.Length ?? facts.AtLeast + facts.Spares;
        Gpus = facts.GpuMilli > 0 ? 1 : facts.Gpus;
        Milli = facts.GpuMilli > 0 ? facts.GpuMilli : facts.Gpus > 0 ? 1000 : 0;
        Cpu = facts.CpuMilli;
        Memory = facts.Memory.Mebibytes;
        Bandwidth = Gpus == 0 ? 0 : facts.NetworkPerGpu.Megabits;
        RunsKernel = spec.Work.RunsOnDevice;
        Simulated = spec.Work is SimulatedWork;
        var models = shape.Layout.GpuModels;
        Allowed = new bool[models.Count + 1];
        Allowed[0] = Gpus == 0;
        Instance = facts.Mig;
        _profiles = Instance is null ? null : [.. models.Select(model => ProfileOf(model, facts))];
        for (var model = 0; model < models.Count; model++)
        {
            Allowed[model + 1] = Gpus == 0 || facts.GpuModels.Count == 0
                || facts.GpuModels.Contains(models[model].Name, StringComparer.Ordinal);
            Allowed[model + 1] &= _profiles is null || _profiles[model] is not null;
            if (Allowed[model + 1])
                ModelMask |= 1UL << (model & 63);
        }
    }

    /// <summary>Index of the task group.</summary>
    public int Group { get; }

    /// <summary>How many such tasks are to be placed: the group's minimum and its spares, or the ones that are missing.</summary>
    public int Count { get; }

    /// <summary>GPUs a task touches: 1 for a part of one.</summary>
    public int Gpus { get; }

    /// <summary>Thousandths of each GPU it touches; 0 without GPU.</summary>
    public int Milli { get; }

    public int Cpu { get; }

    /// <summary>Mebibytes.</summary>
    public long Memory { get; }

    /// <summary>Megabits per second that each GPU needs beyond its NVLink domain.</summary>
    public long Bandwidth { get; }

    public bool RunsKernel { get; }

    public bool Simulated { get; }

    /// <summary>Allowed GPU models by index plus one; entry 0 stands for nodes without GPUs.</summary>
    public bool[] Allowed { get; }

    /// <summary>The allowed models as bits; halls with more than 64 models fold, so it only tells shapes apart.</summary>
    public ulong ModelMask { get; }

    /// <summary>Its MIG profile, or null.</summary>
    public string? Instance { get; }

    /// <summary>True when each task takes a MIG instance.</summary>
    public bool IsInstance => _profiles is not null;

    /// <summary>True when a task takes a part of one GPU: a share or a MIG instance.</summary>
    public bool IsShare => Milli is > 0 and < 1000 || IsInstance;

    public bool NeedsGpu => Milli > 0;

    /// <summary>Whether the gang may spread over several NVLink domains, leaves, spine groups, in the attempt at hand.</summary>
    public Spread Spread { get; set; }

    /// <summary>Power limit of its GPUs in the search at hand, in percent of their default; the highest that the job accepts to begin with.</summary>
    public int Percent { get; set; }

    /// <summary>
    /// Numbers of the GPUs, as bits, that the gang's tasks took on nodes so far: a GPU of the same number hangs on the
    /// same rail, so that collectives between nodes need not cross rails.
    /// </summary>
    public ulong Rails { get; set; }

    /// <summary>How many tasks of the job may still go to each domain, or null when that is not limited.</summary>
    public DomainQuotas? Apart { get; init; }

    /// <summary>Tells demands apart that a node may answer differently.</summary>
    public DemandKey Key => new(Gpus, Milli, Cpu, Memory, ModelMask, RunsKernel, Simulated, Instance);

    /// <summary>How many such tasks an idle GPU holds at most; for tasks that take a part of one.</summary>
    public int PerGpu => _profiles is null ? 1000 / Milli : _profiles.Max(profile => profile is null ? 0 : MigSlots.Times(profile, 0));

    /// <summary>How many tasks that take a part of a GPU an idle one of a model holds.</summary>
    public int PerGpuOf(int model) => _profiles is null ? 1000 / Milli
        : _profiles[model] is { } profile ? MigSlots.Times(profile, 0)
        : 0;

    /// <summary>The MIG profile as the node's model has it; null for other tasks.</summary>
    public MigProfile? ProfileOn(HallState state, int node) =>
        _profiles is null || state.Shape.Model[node] < 0 ? null : _profiles[state.Shape.Model[node]];

    /// <summary>How many tasks that take a part of a GPU fit on one as it is: shares and MIG instances do not mix.</summary>
    /// <param name="state">The hall.</param>
    /// <param name="node">The node.</param>
    /// <param name="gpu">The GPU among all of the hall.</param>
    public int RoomOn(HallState state, int node, int gpu)
    {
        var nodes = state.Nodes;
        if (nodes.GpuFailed[gpu])
            return 0;
        if (_profiles is null)
            return nodes.GpuSlots[gpu] == 0 ? nodes.GpuFree[gpu] / Milli : 0;
        var isShared = nodes.GpuFree[gpu] < 1000 && nodes.GpuSlots[gpu] == 0;
        return isShared || ProfileOn(state, node) is not { } profile ? 0 : MigSlots.Times(profile, nodes.GpuSlots[gpu]);
    }

    /// <summary>True when a part of a GPU fits on one of the node that is in use already, so that none is woken.</summary>
    public bool FitsBeside(HallState state, int node)
    {
        if (!IsInstance)
            return state.Nodes.PartialFree[node] >= Milli;
        for (var gpu = state.Shape.FirstGpu[node]; gpu < state.Shape.FirstGpu[node + 1]; gpu++)
        {
            if (state.Nodes.GpuSlots[gpu] != 0 && RoomOn(state, node, gpu) > 0)
                return true;
        }
        return false;
    }

    /// <summary>Number, within its group, of one of the tasks to place; spares are numbered after the tasks.</summary>
    public int NumberAt(int index) => _numbers is { } numbers ? numbers[index]
        : index < _atLeast ? index
        : _full + index - _atLeast;

    // A profile of the right name but another size would be another thing.
    private static MigProfile? ProfileOf(HallGpuModel model, TaskGroup group) =>
        model.Mig?.Find(group.Mig!) is { } profile && model.Mig.MilliOf(profile) == group.GpuMilli ? profile : null;

    /// <summary>What the job needs in order to start.</summary>
    public static TaskDemand[] Of(HallShape shape, JobSpec spec)
    {
        var apart = DomainQuotas.Of(shape, spec);
        var demands = new TaskDemand[spec.Groups.Count];
        for (var group = 0; group < demands.Length; group++)
            demands[group] = new TaskDemand(shape, spec, group, null) { Apart = apart };
        return demands;
    }

    /// <summary>What a running job lacks.</summary>
    /// <param name="shape">The hall.</param>
    /// <param name="spec">The job.</param>
    /// <param name="missing">The tasks to place, as group and number.</param>
    public static TaskDemand[] Of(HallShape shape, JobSpec spec, IReadOnlyList<(int Group, int Task)> missing)
    {
        var apart = DomainQuotas.Of(shape, spec);
        return [.. spec.Groups.Select((_, group) => new TaskDemand(
            shape, spec, group, [.. missing.Where(task => task.Group == group).Select(task => task.Task)]) { Apart = apart })];
    }
}

/// <summary>What a node's own answer depends on.</summary>
internal readonly record struct DemandKey(
    int Gpus, int Milli, int Cpu, long Memory, ulong ModelMask, bool RunsKernel, bool Simulated, string? Instance);
