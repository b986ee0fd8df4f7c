using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>Where every task of a job runs. Complete: nothing is left to choose while carrying it out.</summary>
/// <param name="Tasks">One entry for each task, ordered by group and task number.</param>
[GenerateSerializer, Immutable, Alias("Assignment")]
public sealed record Assignment([property: Id(0)] ValueList<TaskPlacement> Tasks)
{
    /// <summary>How many leases on GPUs it holds; a shared GPU counts once for each task on it.</summary>
    public int GpuLeases => Tasks.Sum(task => task.Gpus.Count);

    /// <summary>Power limit of its GPUs, in percent of their model's default; 1 to 100.</summary>
    [Id(1)]
    public int PowerPercent { get; init; } = 100;

    /// <summary>What its tasks hold, whatever their numbers.</summary>
    public HashSet<(int Node, ValueList<int> Gpus, int Slot)> Places => [.. Tasks.Select(task => task.Place)];

    /// <summary>What it holds of GPUs, in thousandths; spares count.</summary>
    public long MilliGpus
    {
        get
        {
            var sum = 0L;
            foreach (var task in Tasks)
                sum += (long)task.Gpus.Count * task.GpuMilli;
            return sum;
        }
    }
}

/// <summary>Where one task runs.</summary>
/// <param name="Group">Index of the task's group in the job's specification.</param>
/// <param name="Task">Number of the task within its group, from 0.</param>
/// <param name="Node">Index of the node in the hall's layout.</param>
/// <param name="Gpus">Indexes of the node's GPUs, ascending; empty for a task without GPU.</param>
/// <param name="GpuMilli">Thousandths taken of each of those GPUs: 1000 for whole GPUs, 0 without GPU; for a MIG instance its part.</param>
[GenerateSerializer, Immutable, Alias("TaskPlacement")]
public sealed record TaskPlacement(
    [property: Id(0)] int Group,
    [property: Id(1)] int Task,
    [property: Id(2)] int Node,
    [property: Id(3)] ValueList<int> Gpus,
    [property: Id(4)] int GpuMilli)
{
    /// <summary>The memory slice at which its MIG instance begins, or -1 without.</summary>
    [Id(5)]
    public int Slot { get; init; } = -1;

    /// <summary>The memory slices that its MIG instance holds in a hall, as bits; 0 without.</summary>
    public byte SlotsOn(HallLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var model = Slot < 0 ? -1 : layout.Nodes[Node].GpuModel;
        return model < 0 || layout.GpuModels[model].Mig is not { } mig ? (byte)0 : (byte)MigSlots.Mask(Slot, GpuMilli * mig.MemorySlices / 1000);
    }

    /// <summary>What it holds, whatever its number.</summary>
    public (int Node, ValueList<int> Gpus, int Slot) Place => (Node, Gpus, Slot);
}
