using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>A hall's durable knowledge of one job. A value: the book replaces it on every entry.</summary>
[GenerateSerializer, Immutable, Alias("JobEntry")]
internal sealed record JobEntry
{
    [Id(0)] public required JobId Job { get; init; }

    [Id(1)] public required JobSpec Spec { get; init; }

    [Id(2)] public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>The entry that accepted it: its place among jobs of equal priority.</summary>
    [Id(3)] public required long Submitted { get; init; }

    /// <summary>The last entry about it.</summary>
    [Id(4)] public required long Sequence { get; init; }

    [Id(5)] public required JobPhase Phase { get; init; }

    [Id(6)] public string Message { get; init; } = "";

    /// <summary>The entry that placed it last, or 0.</summary>
    [Id(7)] public long Generation { get; init; }

    /// <summary>Where it is; null while it holds nothing.</summary>
    [Id(8)] public Assignment? Assignment { get; init; }

    [Id(9)] public ValueList<GpuId> Gpus { get; init; }

    [Id(10)] public DateTimeOffset? StartedAt { get; init; }

    [Id(11)] public DateTimeOffset? EndedAt { get; init; }

    [Id(12)] public double Tokens { get; init; }

    [Id(13)] public KernelResult? Result { get; init; }

    [Id(14)] public int Attempts { get; init; }

    /// <summary>Tasks whose lease is younger than the job's generation.</summary>
    [Id(15)] public ValueList<LateTask> Late { get; init; }

    /// <summary>Simulated work that is saved from earlier runs.</summary>
    [Id(16)] public TimeSpan Saved { get; init; }

    /// <summary>Tokens that were made in it.</summary>
    [Id(17)] public double SavedTokens { get; init; }

    /// <summary>The entry that last changed its leases; with it the set of tasks that must end.</summary>
    [Id(18)] public long Leased { get; init; }

    /// <summary>The entry that last evicted or shrank it, or 0.</summary>
    [Id(19)] public long YieldedAt { get; init; }

    /// <summary>A lower power limit that its racks were told and have not all confirmed, in percent; 0 when none is under way.</summary>
    [Id(20)] public int OrderedPercent { get; init; }

    /// <summary>The entry that ordered it.</summary>
    [Id(21)] public long OrderedAt { get; init; }

    /// <summary>The slowest that this run has been, over full speed: what is surely done is counted by it.</summary>
    [Id(22)] public double SlowestSpeed { get; init; } = 1;

    /// <summary>What it runs on in spite of, such as a dead trunk; goes when it starts elsewhere or stops.</summary>
    [Id(40)] public string Notice { get; init; } = "";

    /// <summary>Ranks that hold it up; forgotten when its leases change.</summary>
    [Id(41)] public ValueList<int> SlowRanks { get; init; }

    /// <summary>What is said of them.</summary>
    [Id(42)] public string Slow { get; init; } = "";

    /// <summary>How often its work was done again after faults of GPUs.</summary>
    [Id(43)] public int DeviceFaults { get; init; }

    /// <summary>How often its work was done again after faults of its own.</summary>
    [Id(44)] public int WorkFaults { get; init; }

    /// <summary>The message with the notices before it.</summary>
    public string Told => Notice.Length + Slow.Length == 0 ? Message : string.Join(' ', new[] { Notice, Slow, Message }.Where(text => text.Length > 0));
    /// <summary>Until when its start is put off for cheaper or cleaner energy; null when it is in the line of those who wait, or started.</summary>
    [Id(30)] public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The power limit that its racks should keep, in percent.</summary>
    public int PercentToKeep => OrderedPercent > 0 ? OrderedPercent : Assignment?.PowerPercent ?? 100;

    /// <summary>Number of a task within the job: groups follow one another, each with its spares at the end.</summary>
    public static int NumberOf(JobSpec spec, int group, int task)
    {
        for (var before = 0; before < group; before++)
            task += spec.Groups[before].Count + spec.Groups[before].Spares;
        return task;
    }

    /// <summary>The tasks that run, by number, with the generation of their leases; spares hold GPUs and run nothing.</summary>
    public IEnumerable<(int Number, long Generation, TaskPlacement Placed, LateTask? Late)> Leases()
    {
        foreach (var placed in Assignment?.Tasks ?? [])
        {
            if (placed.Task >= Spec.Groups[placed.Group].Count)
                continue;
            var number = NumberOf(Spec, placed.Group, placed.Task);
            LateTask? late = null;
            foreach (var one in Late)
            {
                if (one.Task == number)
                    late = one;
            }
            yield return (number, late?.Generation ?? Generation, placed, late);
        }
    }

    public JobNews News() =>
        new(Sequence, Phase, Told, Generation, Gpus, StartedAt, EndedAt, Tokens, Result, Attempts)
        {
            PowerPercent = Assignment?.PowerPercent ?? 0,
            PowerPolicy = Assignment is null ? null : Spec.PolicyAt(Assignment.PowerPercent),
        };
}

/// <summary>Everything a hall is, at one entry.</summary>
[GenerateSerializer, Alias("HallSnapshotRow")]
internal sealed class HallSnapshotRow
{
    [Id(0)] public long Sequence { get; set; }

    [Id(1)] public long Version { get; set; }

    [Id(2)] public Domain.Halls.HallLayout? Layout { get; set; }

    [Id(3)] public List<JobEntry> Jobs { get; set; } = [];

    [Id(4)] public Dictionary<PowerDomainId, Domain.Units.Watts> RequestedLimits { get; set; } = [];

    /// <summary>Limits in force, by domain, where they differ from the layout's.</summary>
    [Id(5)] public Dictionary<PowerDomainId, Domain.Units.Watts> LimitsInForce { get; set; } = [];

    [Id(6)] public Dictionary<NodeId, NodeCondition> Conditions { get; set; } = [];

    [Id(7)] public HashSet<GpuId> FailedGpus { get; set; } = [];

    [Id(8)] public HashSet<LinkId> DownLinks { get; set; } = [];

    [Id(9)] public long Ended { get; set; }

    [Id(10)] public double Tokens { get; set; }

    [Id(11)] public long LastEvent { get; set; }

    /// <summary>What may be booked over limits, by domain, where it is not 1.</summary>
    [Id(12)] public Dictionary<PowerDomainId, double> Booked { get; set; } = [];

    /// <summary>What is done for limits beyond lowering jobs, by domain.</summary>
    [Id(14)] public Dictionary<PowerDomainId, LimitUrgency> Urgent { get; set; } = [];

    /// <summary>Racks on which armed caps hold, by the domain or loop that they hold for.</summary>
    [Id(13)] public Dictionary<string, List<RackId>> Fired { get; set; } = [];

    /// <summary>Nodes that health has emptied.</summary>
    [Id(60)] public HashSet<NodeId> DrainedByHealth { get; set; } = [];

    /// <summary>Racks that are too hot for more work, with the reason.</summary>
    [Id(50)] public Dictionary<RackId, string> Hot { get; set; } = [];

    /// <summary>Nodes whose agents are not heard.</summary>
    [Id(52)] public HashSet<NodeId> LostNodes { get; set; } = [];

    /// <summary>Loops that carry no heat, with the time since when.</summary>
    [Id(51)] public Dictionary<CoolingLoopId, DateTimeOffset> LostLoops { get; set; } = [];

    /// <summary>What was set for racks as a whole, where it is not ready.</summary>
    [Id(20)] public Dictionary<RackId, RackState> Racks { get; set; } = [];

    /// <summary>Why links are out of use.</summary>
    [Id(22)] public Dictionary<LinkId, string> LinkReasons { get; set; } = [];

    /// <summary>Alerts for which health keeps new work off nodes.</summary>
    [Id(21)] public Dictionary<NodeId, string> Health { get; set; } = [];
    /// <summary>The grid's signal, or null.</summary>
    [Id(30)] public Domain.Grid.GridSignal? Signal { get; set; }
}
