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

    public JobNews News() =>
        new(Sequence, Phase, Message, Generation, Gpus, StartedAt, EndedAt, Tokens, Result, Attempts);
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
}
