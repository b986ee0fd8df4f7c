using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;

namespace ControlPlane.Domain.Manifests;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute, which the schema publishes.

/// <summary>The content of a Job manifest.</summary>
[Meaning("A job: task groups that start together as one gang, and what they do.")]
public sealed record JobManifestSpec
{
    [Meaning("The queue that pays for it."), RefersTo("Queue")]
    public required string Queue { get; init; }

    [Meaning("0 to 1000; higher is placed first. Default 100."), Between(0, 1000)]
    public int Priority { get; init; } = 100;

    [Meaning("The only hall it may run in; any when left out."), RefersTo("Hall")]
    public string? Hall { get; init; }

    [Meaning("The only jurisdiction it may run in, such as us-tx; any when left out.")]
    public string? Jurisdiction { get; init; }

    [Meaning("The task groups: all their tasks start together or none does.")]
    public required IReadOnlyList<TaskGroupSpec> Tasks { get; init; }

    [Meaning("How close together the gang must or should be.")]
    public TopologySpec? Topology { get; init; }

    [Meaning("Whether it may be evicted or moved once it runs. Default true; one that may not is bounded by its queue's quota.")]
    public bool Preemptible { get; init; } = true;

    [Meaning("How long it runs after each start before it may be evicted. Default 0s."), Between(0, 3.2e8)]
    public TimeSpan MinimumRuntime { get; init; }

    [Meaning("How long it is expected to run, for reservations and estimates; simulated work says so itself."), Between(0.001, 3.2e8)]
    public TimeSpan? ExpectedDuration { get; init; }

    [Meaning("Power limits it accepts, in percent of the GPU's default limit; the highest that fits is chosen. Default 100 only."), Between(1, 100)]
    public IReadOnlyList<int> PowerPercents { get; init; } = [];

    [Meaning("Power policies it accepts, such as maxp and maxq, highest first; the highest that fits is taken. Instead of powerPercents.")]
    public IReadOnlyList<string> PowerPolicies { get; init; } = [];

    [Meaning("Whether only the first of powerPolicies will do. Default false: the next lower one is taken when it does not fit.")]
    public bool StrictPower { get; init; }

    [Meaning("Most of its speed, in percent, that it may lose to power limits: 0, 10, 25 or 50. Its power limits follow from measured curves. Instead of powerPercents and powerPolicies.")]
    public int? Flexibility { get; init; }

    [Meaning("Whether its start may be put off to when the grid's energy is cheaper or cleaner, as the hall's signal says. Default false.")]
    public bool Deferrable { get; init; }

    [Meaning("The latest instant to which a deferrable job's start is put off, such as 2027-01-16T06:00:00Z.")]
    public DateTimeOffset? StartBy { get; init; }

    [Meaning("How often its work is done again, from its last checkpoint, after a fault of its GPU (memory, link, device lost) or its own (illegal address, hung, crashed). Default: 3 after faults of GPUs, never after its own."), Between(0, 1000)]
    public int? Restarts { get; init; }

    [Meaning("Whether it tests the nodes that topology.nodes names: it also runs where only their health, or the acceptance of their rack, keeps other work off. Default false.")]
    public bool Test { get; init; }

    [Meaning("Datasets it reads; it runs only where each may be read.")]
    public IReadOnlyList<string> Datasets { get; init; } = [];

    [Meaning("Work on simulated GPUs. Give exactly one of this, kernel, program, collective and probe.")]
    public SimulatedWorkSpec? Simulated { get; init; }

    [Meaning("A kernel that really runs, on a device that an agent owns.")]
    public KernelWorkSpec? Kernel { get; init; }

    [Meaning("A program that really runs, on a device that an agent owns: buffers, kernels, loops, checkpoints.")]
    public ProgramWorkSpec? Program { get; init; }

    [Meaning("A collective that really runs: every task is a rank, on a device that an agent owns.")]
    public CollectiveWorkSpec? Collective { get; init; }

    [Meaning("A measurement that really runs: what a device that an agent owns makes of a model's shape.")]
    public ProbeWorkSpec? Probe { get; init; }
}

/// <summary>A task group of a Job manifest.</summary>
[Meaning("Identical tasks; each runs on one node.")]
public sealed record TaskGroupSpec
{
    [Meaning("Name within the job. Default worker.")]
    public string Name { get; init; } = "worker";

    [Meaning("How many tasks. Default 1."), Between(1, 100_000)]
    public int Count { get; init; } = 1;

    [Meaning("Tasks without which the job does not run; fewer than count make it elastic. Default all."), Between(0, 100_000)]
    public int? Minimum { get; init; }

    [Meaning("Places kept free beside the tasks for one whose node fails. Default 0."), Between(0, 10_000)]
    public int Spares { get; init; }

    [Meaning("GPUs of each task: a whole number, or a share below 1 such as 0.25. Default 1."), Between(0, 256)]
    public double Gpus { get; init; } = 1;

    [Meaning("A MIG instance for each task instead of whole GPUs, by profile, such as 2g.20gb; leave gpus out then.")]
    public string? Mig { get; init; }

    [Meaning("Allowed GPU models; every model when left out.")]
    public IReadOnlyList<string> GpuModels { get; init; } = [];

    [Meaning("CPU cores of each task, in steps of 0.001. Default 0."), Between(0, 4096)]
    public double Cpu { get; init; }

    [Meaning("Memory of each task, such as 64GiB. Default 0GiB."), Between(0, 1e9)]
    public Gibibytes Memory { get; init; }

    [Meaning("Scale-out bandwidth that each GPU needs once the gang leaves one NVLink domain. Default 0Gbps."), Between(0, 1e7)]
    public GigabitsPerSecond NetworkPerGpu { get; init; }
}

/// <summary>The topology of a Job manifest.</summary>
[Meaning("How close together the gang must or should be.")]
public sealed record TopologySpec
{
    [Meaning("All tasks in one domain of this level.")]
    public TopologyLevel? Required { get; init; }

    [Meaning("Tried first, then widened level by level up to required.")]
    public TopologyLevel? Preferred { get; init; }

    [Meaning("Every so many tasks lie in one domain of a level; wide levels first.")]
    public IReadOnlyList<TopologySliceSpec> Slices { get; init; } = [];

    [Meaning("At most so many tasks in one domain of a level; 1 keeps them apart.")]
    public IReadOnlyList<DomainLimitSpec> AtMost { get; init; } = [];

    [Meaning("The only nodes that its tasks may go to, such as gb200-02-n03; any when left out.")]
    public IReadOnlyList<string> Nodes { get; init; } = [];
}

/// <summary>A slice of a Job manifest's topology.</summary>
[Meaning("Every so many tasks lie in one domain of the level.")]
public sealed record TopologySliceSpec
{
    [Meaning("Level of the domain.")]
    public required TopologyLevel Level { get; init; }

    [Meaning("How many tasks."), Between(1, 100_000)]
    public required int Size { get; init; }
}

/// <summary>A limit of a Job manifest's topology.</summary>
[Meaning("At most so many tasks lie in one domain of the level.")]
public sealed record DomainLimitSpec
{
    [Meaning("Level of the domain.")]
    public required TopologyLevel Level { get; init; }

    [Meaning("How many tasks."), Between(1, 100_000)]
    public required int Tasks { get; init; }
}

/// <summary>Simulated work of a Job manifest.</summary>
[Meaning("Work on simulated GPUs, known by its length and its tokens.")]
public sealed record SimulatedWorkSpec
{
    [Meaning("Kind of work. Default training."), OneOf("training", "prefill", "decode", "other")]
    public string Class { get; init; } = "training";

    [Meaning("How long it runs at full speed, such as 90s, 5m or 2h."), Between(0.001, 3.2e8)]
    public required TimeSpan Duration { get; init; }

    [Meaning("Tokens each GPU makes in a second at full speed. Default 0."), Between(0, 1e9)]
    public double TokensPerGpuSecond { get; init; }

    [Meaning("Share of the GPU's power range that it uses, 0 to 1. Default 0.9."), Between(0, 1)]
    public double Utilisation { get; init; } = 0.9;

    [Meaning("How often it saves its work, so that it goes on from there after it was stopped. Default 0s: never."), Between(0, 3.2e8)]
    public TimeSpan CheckpointEvery { get; init; }
}

/// <summary>Kernel work of a Job manifest.</summary>
[Meaning("One kernel, run several times, its result checked.")]
public sealed record KernelWorkSpec
{
    [Meaning("The kernel, such as sgemm.")]
    public required string Name { get; init; }

    [Meaning("Its sizes by name, such as m, n and k; the kernel's defaults when left out.")]
    public IReadOnlyDictionary<string, long> Sizes { get; init; } = new Dictionary<string, long>();

    [Meaning("How often it runs. Default 1."), Between(1, 1_000_000)]
    public int Repetitions { get; init; } = 1;

    [Meaning("Whether the result is compared with a plain reference. Default true.")]
    public bool Check { get; init; } = true;

    [Meaning("Seed of the input data. Default 42."), Between(0, 9e15)]
    public long Seed { get; init; } = 42;

    [Meaning("Most time it may take; the agent's own bound when left out."), Between(1, 86_400)]
    public TimeSpan? Timeout { get; init; }
}
