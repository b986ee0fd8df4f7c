using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;
using Orleans;

namespace ControlPlane.Domain.Jobs;

/// <summary>What somebody asks for: task groups that start together, where they may go, and what they do there.</summary>
/// <param name="Queue">The queue that pays for it.</param>
/// <param name="Priority">0 to 1000; higher is placed first. 100 by default.</param>
/// <param name="Groups">The task groups; together they form one gang.</param>
/// <param name="Topology">How close together the gang must be.</param>
/// <param name="Work">What runs.</param>
/// <param name="Hall">The only hall it may run in, or null for any.</param>
/// <param name="Jurisdiction">The only jurisdiction it may run in, or null for any.</param>
[GenerateSerializer, Immutable, Alias("JobSpec")]
public sealed record JobSpec(
    [property: Id(0)] QueueId Queue,
    [property: Id(1)] int Priority,
    [property: Id(2)] ValueList<TaskGroup> Groups,
    [property: Id(3)] TopologyRequest Topology,
    [property: Id(4)] WorkSpec Work,
    [property: Id(5)] HallId? Hall,
    [property: Id(6)] string? Jurisdiction)
{
    /// <summary>All GPUs of the gang, in thousandths.</summary>
    public long MilliGpus => Groups.Sum(group => group.MilliGpus);
}

/// <summary>Identical tasks. Each task runs on one node.</summary>
/// <param name="Name">Name within the job.</param>
/// <param name="Count">How many tasks, 1 or more.</param>
/// <param name="Gpus">Whole GPUs of each task, or 0 (with <paramref name="GpuMilli"/> 0: a task without GPU).</param>
/// <param name="GpuMilli">Thousandths of one GPU, 1 to 999, when a task shares a GPU; else 0.</param>
/// <param name="GpuModels">Allowed GPU models; empty allows every model.</param>
/// <param name="CpuMilli">Thousandths of a CPU core of each task.</param>
/// <param name="Memory">Memory of each task.</param>
/// <param name="NetworkPerGpu">Scale-out bandwidth that each GPU's collectives need once the gang leaves one NVLink domain.</param>
[GenerateSerializer, Immutable, Alias("TaskGroup")]
public sealed record TaskGroup(
    [property: Id(0)] string Name,
    [property: Id(1)] int Count,
    [property: Id(2)] int Gpus,
    [property: Id(3)] int GpuMilli,
    [property: Id(4)] ValueList<string> GpuModels,
    [property: Id(5)] int CpuMilli,
    [property: Id(6)] Gibibytes Memory,
    [property: Id(7)] GigabitsPerSecond NetworkPerGpu)
{
    /// <summary>GPUs of one task, in thousandths.</summary>
    public long MilliGpusPerTask => GpuMilli > 0 ? GpuMilli : Gpus * 1000L;

    /// <summary>GPUs of the whole group, in thousandths.</summary>
    public long MilliGpus => MilliGpusPerTask * Count;
}

/// <summary>How close together a gang must or should be.</summary>
/// <param name="Required">All tasks in one domain of this level, or null.</param>
/// <param name="Preferred">Tried first, then widened level by level up to <paramref name="Required"/>; or null.</param>
[GenerateSerializer, Immutable, Alias("TopologyRequest")]
public sealed record TopologyRequest(
    [property: Id(0)] TopologyLevel? Required,
    [property: Id(1)] TopologyLevel? Preferred);

/// <summary>What a job does.</summary>
[GenerateSerializer, Immutable, Alias("WorkSpec")]
public abstract record WorkSpec;

/// <summary>Work on simulated GPUs: known by how long it takes and how many tokens it makes.</summary>
/// <param name="Class">training, prefill, decode or other.</param>
/// <param name="Duration">How long it runs at full speed.</param>
/// <param name="TokensPerGpuSecond">Tokens that each GPU makes (or trains on) in a second at full speed.</param>
/// <param name="Utilisation">Share of the GPU's power range that it uses, 0 to 1.</param>
[GenerateSerializer, Immutable, Alias("SimulatedWork")]
public sealed record SimulatedWork(
    [property: Id(0)] string Class,
    [property: Id(1)] TimeSpan Duration,
    [property: Id(2)] double TokensPerGpuSecond,
    [property: Id(3)] double Utilisation) : WorkSpec;

/// <summary>A kernel that really runs, on a device that an agent owns.</summary>
/// <param name="Name">The kernel, such as <c>sgemm</c>.</param>
/// <param name="Sizes">Its sizes by name, such as m, n and k.</param>
/// <param name="Repetitions">How often it runs, 1 or more.</param>
/// <param name="Check">Whether the result is compared with a plain reference.</param>
/// <param name="Seed">Seed of the input data.</param>
/// <param name="Timeout">Most time it may take, or zero for the agent's own bound.</param>
[GenerateSerializer, Immutable, Alias("KernelJobWork")]
public sealed record KernelWork(
    [property: Id(0)] string Name,
    [property: Id(1)] ValueList<KernelSize> Sizes,
    [property: Id(2)] int Repetitions,
    [property: Id(3)] bool Check,
    [property: Id(4)] ulong Seed,
    [property: Id(5)] TimeSpan Timeout) : WorkSpec;

/// <summary>One size of a kernel.</summary>
/// <param name="Name">Such as <c>m</c>.</param>
/// <param name="Value">The size.</param>
[GenerateSerializer, Immutable, Alias("KernelSize")]
public readonly record struct KernelSize([property: Id(0)] string Name, [property: Id(1)] long Value);
