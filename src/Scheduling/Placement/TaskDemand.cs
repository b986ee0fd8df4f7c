using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>What one task of a group asks of a node, with names resolved to the hall's indexes.</summary>
internal sealed class TaskDemand
{
    public TaskDemand(HallShape shape, JobSpec spec, int group)
    {
        var facts = spec.Groups[group];
        Group = group;
        Count = facts.Count;
        Gpus = facts.GpuMilli > 0 ? 1 : facts.Gpus;
        Milli = facts.GpuMilli > 0 ? facts.GpuMilli : facts.Gpus > 0 ? 1000 : 0;
        Cpu = facts.CpuMilli;
        Memory = facts.Memory.Mebibytes;
        Bandwidth = Gpus == 0 ? 0 : facts.NetworkPerGpu.Megabits;
        RunsKernel = spec.Work is KernelWork;
        Simulated = spec.Work is SimulatedWork;
        var models = shape.Layout.GpuModels;
        Allowed = new bool[models.Count + 1];
        Allowed[0] = Gpus == 0;
        for (var model = 0; model < models.Count; model++)
        {
            Allowed[model + 1] = Gpus == 0 || facts.GpuModels.Count == 0
                || facts.GpuModels.Contains(models[model].Name, StringComparer.Ordinal);
            if (Allowed[model + 1])
                ModelMask |= 1UL << (model & 63);
        }
    }

    /// <summary>Index of the task group.</summary>
    public int Group { get; }

    /// <summary>How many such tasks.</summary>
    public int Count { get; }

    /// <summary>GPUs a task touches: 1 for a share of one.</summary>
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

    public bool IsShare => Milli is > 0 and < 1000;

    public bool NeedsGpu => Milli > 0;

    /// <summary>Whether the gang may spread over several NVLink domains, leaves, spine groups, in the attempt at hand.</summary>
    public Spread Spread { get; set; }

    /// <summary>Tells demands apart that a node may answer differently.</summary>
    public DemandKey Key => new(Gpus, Milli, Cpu, Memory, ModelMask, RunsKernel, Simulated);

    public static TaskDemand[] Of(HallShape shape, JobSpec spec)
    {
        var demands = new TaskDemand[spec.Groups.Count];
        for (var group = 0; group < demands.Length; group++)
            demands[group] = new TaskDemand(shape, spec, group);
        return demands;
    }
}

/// <summary>What a node's own answer depends on.</summary>
internal readonly record struct DemandKey(
    int Gpus, int Milli, int Cpu, long Memory, ulong ModelMask, bool RunsKernel, bool Simulated);
