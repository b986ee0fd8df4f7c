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
    /// <summary>False for a job that, once started, is never evicted or moved. Such a job is bounded by its queue's quota.</summary>
    [Id(7)]
    public bool Preemptible { get; init; } = true;

    /// <summary>How long it runs undisturbed after each start before it may be evicted; zero for at once.</summary>
    [Id(8)]
    public TimeSpan MinimumRuntime { get; init; }

    /// <summary>How long it is expected to run, for reservations and estimates; null when nobody said.</summary>
    [Id(9)]
    public TimeSpan? ExpectedDuration { get; init; }

    /// <summary>
    /// Power limits it accepts, in percent of its GPUs' default limit, highest first; empty is 100 only. The highest
    /// that fits is put in force on all its GPUs.
    /// </summary>
    [Id(10)]
    public ValueList<int> PowerPercents { get; init; } = [];

    /// <summary>Datasets it reads; it runs only where each may be read.</summary>
    [Id(11)]
    public ValueList<string> Datasets { get; init; } = [];

    /// <summary>Power policies it accepts by name, highest first, instead of <see cref="PowerPercents"/>.</summary>
    [Id(12)]
    public ValueList<string> PowerPolicies { get; init; } = [];

    /// <summary>True when only the first of its policies will do.</summary>
    [Id(13)]
    public bool StrictPower { get; init; }

    /// <summary>Most of its speed, in percent, that it may lose to power limits: 0, 10, 25 or 50; null when it says nothing.</summary>
    [Id(14)]
    public int? Flexibility { get; init; }

    /// <summary>
    /// What its policies or its flexibility came to when it was accepted, highest first: later changes of a policy leave it
    /// alone. Empty without either; not part of what was asked for.
    /// </summary>
    [Id(15)]
    public ValueList<PowerStep> PowerSteps { get; init; } = [];

    /// <summary>True when its start may be put off to when the grid's energy is cheaper or cleaner.</summary>
    [Id(16)]
    public bool Deferrable { get; init; }

    /// <summary>The latest instant to which its start is put off; null unless it is deferrable.</summary>
    [Id(17)]
    public DateTimeOffset? StartBy { get; init; }

    /// <summary>
    /// How often its work is done again after a fault of its GPU or its own, from its last checkpoint; null for
    /// <see cref="DeviceRestarts"/> after faults of GPUs and never after its own.
    /// </summary>
    [Id(18)]
    public int? Restarts { get; init; }

    /// <summary>
    /// True when it tests the nodes that its topology names: it also runs where only their health, or their rack's acceptance,
    /// keeps other work off.
    /// </summary>
    [Id(19)]
    public bool IsTest { get; init; }

    /// <summary>How often work that said nothing is done again after faults of GPUs: work that met more is likelier their cause.</summary>
    public const int DeviceRestarts = 3;

    /// <summary>True when it brings kernels of its own, which only some sites take.</summary>
    public bool HasTenantKernels => Work is ProgramWork { Kernels.Count: > 0 };

    /// <summary>True when its power limits must be worked out before a hall may decide about it.</summary>
    public bool NeedsPowerSteps => PowerPolicies.Count > 0 || Flexibility is not null;

    /// <summary>True when the same was asked for, whatever came of it.</summary>
    public bool AsksTheSame(JobSpec other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { PowerSteps = other.PowerSteps } == other;
    }

    /// <summary>The job as it may be placed at a power limit: only on models for which that limit is one of its steps.</summary>
    public JobSpec At(int percent) => PowerSteps.Count == 0 ? this : At([.. PowerSteps.Where(step => step.Percent == percent)]);

    /// <summary>The job as it may be placed under one of its steps.</summary>
    public JobSpec At(PowerStep step) => At([step]);

    /// <summary>The policy or tier that a power limit of this job comes from; null when it has none.</summary>
    public string? PolicyAt(int percent) => PowerSteps.Items.FirstOrDefault(step => step.Percent == percent)?.Policy;

    private JobSpec At(IReadOnlyList<PowerStep> steps) => steps.Count == 0 ? this : this with
    {
        PowerPercents = [steps[0].Percent],
        PowerSteps = [],
        Groups = steps.Any(step => step.GpuModels.Count == 0) ? Groups : Groups.Select(group => group.MilliGpusPerTask == 0 ? group : group with
        {
            GpuModels = steps.SelectMany(step => step.GpuModels.Items).Distinct()
                .Where(model => group.GpuModels.Count == 0 || group.GpuModels.Contains(model)).ToValueList(),
        }).ToValueList(),
    };

    /// <summary>All GPUs of the gang at its full size, in thousandths, spares not counted.</summary>
    public long MilliGpus => Groups.Sum(group => group.MilliGpus);

    /// <summary>All GPUs it would hold if it could, spares counted, in thousandths.</summary>
    public long MostMilliGpus => Groups.Sum(group => group.MilliGpusPerTask * (group.Count + group.Spares));

    /// <summary>GPUs without which it does not start, in thousandths: the minimum of every group and its spares.</summary>
    public long LeastMilliGpus => Groups.Sum(group => group.MilliGpusPerTask * (group.AtLeast + group.Spares));

    /// <summary>True when it may run with fewer tasks than it asks for.</summary>
    public bool IsElastic => Groups.Any(group => group.AtLeast < group.Count);

    /// <summary>True when what it holds may change in size while it runs: it is elastic or has spares.</summary>
    public bool IsSizable
    {
        get
        {
            foreach (var group in Groups.Items)
            {
                if (group.AtLeast < group.Count || group.Spares > 0)
                    return true;
            }
            return false;
        }
    }

    /// <summary>How long it is expected to run: as stated, else by its simulated work; null when neither is known.</summary>
    public TimeSpan? Expected => ExpectedDuration ?? (Work as SimulatedWork)?.Duration;
}

/// <summary>Identical tasks. Each task runs on one node.</summary>
/// <param name="Name">Name within the job.</param>
/// <param name="Count">How many tasks, 1 or more.</param>
/// <param name="Gpus">Whole GPUs of each task, or 0 (with <paramref name="GpuMilli"/> 0: a task without GPU).</param>
/// <param name="GpuMilli">Thousandths of one GPU, 1 to 999, when a task shares a GPU; up to 1000 for a MIG instance; else 0.</param>
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
    /// <summary>Tasks without which the job does not run, 0 to Count; null for all of them. Groups listed later shrink first.</summary>
    [Id(8)]
    public int? Minimum { get; init; }

    /// <summary>Places kept free beside the tasks, so that one on a node that fails goes on there at once; 0 or more.</summary>
    [Id(9)]
    public int Spares { get; init; }

    /// <summary>
    /// The MIG profile of each task's instance, such as <c>2g.20gb</c>, or null. Then <see cref="GpuMilli"/> is what the
    /// instance counts as, 1000 for one that takes the whole GPU, and every allowed model has the profile at that size.
    /// </summary>
    [Id(10)]
    public string? Mig { get; init; }

    /// <summary>Tasks without which the job does not run.</summary>
    public int AtLeast => Minimum ?? Count;

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
    [property: Id(1)] TopologyLevel? Preferred)
{
    /// <summary>
    /// Every group of so many tasks, in order, lies inside one domain of the level; wide levels first, each size
    /// dividing the one before it.
    /// </summary>
    [Id(2)]
    public ValueList<TopologySlice> Slices { get; init; } = [];

    /// <summary>At most so many tasks in any one domain of the level: 1 keeps them apart.</summary>
    [Id(3)]
    public ValueList<DomainLimit> AtMost { get; init; } = [];

    /// <summary>The only nodes that its tasks may go to; empty for any.</summary>
    [Id(4)]
    public ValueList<NodeId> Nodes { get; init; } = [];
}

/// <summary>Every so many tasks lie inside one domain.</summary>
/// <param name="Level">Level of the domain.</param>
/// <param name="Size">How many tasks, 1 or more.</param>
[GenerateSerializer, Immutable, Alias("TopologySlice")]
public readonly record struct TopologySlice([property: Id(0)] TopologyLevel Level, [property: Id(1)] int Size);

/// <summary>At most so many tasks of a job lie in one domain.</summary>
/// <param name="Level">Level of the domain.</param>
/// <param name="Tasks">How many tasks, 1 or more.</param>
[GenerateSerializer, Immutable, Alias("DomainLimit")]
public readonly record struct DomainLimit([property: Id(0)] TopologyLevel Level, [property: Id(1)] int Tasks);

/// <summary>What a job does.</summary>
[GenerateSerializer, Immutable, Alias("WorkSpec")]
public abstract record WorkSpec
{
    /// <summary>True for work that really runs, on a device that an agent owns.</summary>
    public virtual bool RunsOnDevice => false;
}

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
    [property: Id(3)] double Utilisation) : WorkSpec
{
    /// <summary>How often it saves its work, so that it goes on from there when it is stopped; zero for never.</summary>
    [Id(4)]
    public TimeSpan CheckpointEvery { get; init; }
}

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
    [property: Id(5)] TimeSpan Timeout) : WorkSpec
{
    /// <inheritdoc/>
    public override bool RunsOnDevice => true;
}

/// <summary>One size of a kernel.</summary>
/// <param name="Name">Such as <c>m</c>.</param>
/// <param name="Value">The size.</param>
[GenerateSerializer, Immutable, Alias("KernelSize")]
public readonly record struct KernelSize([property: Id(0)] string Name, [property: Id(1)] long Value);
