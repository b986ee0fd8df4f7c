using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Jobs;
using ControlPlane.Hardware;

namespace ControlPlane.Grains.Placement;

/// <summary>What a hall knows about one job: sent to its grain on every change, answered on request.</summary>
/// <param name="Sequence">The ledger entry that made it so; a greater one is newer.</param>
/// <param name="Phase">Where the job is.</param>
/// <param name="Message">The decision or the outcome, for a person.</param>
/// <param name="Generation">Generation of its leases, 0 when none.</param>
/// <param name="Gpus">The GPUs it holds or held.</param>
/// <param name="StartedAt">When every task ran, or null.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Tokens">Tokens it made, once it ended.</param>
/// <param name="Result">The kernel's report, for kernel jobs that ran.</param>
/// <param name="Attempts">How often it was placed.</param>
[GenerateSerializer, Immutable, Alias("JobNews")]
public sealed record JobNews(
    [property: Id(0)] long Sequence,
    [property: Id(1)] JobPhase Phase,
    [property: Id(2)] string Message,
    [property: Id(3)] long Generation,
    [property: Id(4)] ValueList<GpuId> Gpus,
    [property: Id(5)] DateTimeOffset? StartedAt,
    [property: Id(6)] DateTimeOffset? EndedAt,
    [property: Id(7)] double Tokens,
    [property: Id(8)] KernelResult? Result,
    [property: Id(9)] int Attempts)
{
    /// <summary>Power limit of the GPUs it holds, in percent of their default; 0 while it holds none.</summary>
    [Id(10)]
    public int PowerPercent { get; init; }

    /// <summary>The policy or tier that the limit comes from, or null.</summary>
    [Id(11)]
    public string? PowerPolicy { get; init; }
}

/// <summary>What a kernel did on its device.</summary>
/// <param name="Succeeded">True when it ran and, if checked, was right.</param>
/// <param name="ErrorCode">A stable name such as <c>cuda-700</c>; empty on success.</param>
/// <param name="Error">What happened, for a person; empty on success.</param>
/// <param name="Device">The device's name.</param>
/// <param name="SecondsPerRepetition">Median device time of one repetition, seconds.</param>
/// <param name="Rate">In <paramref name="RateUnit"/>.</param>
/// <param name="RateUnit">GFLOP/s or GB/s.</param>
/// <param name="Checksum">FNV-1a-64 over the output.</param>
/// <param name="Checked">True when compared with the reference.</param>
/// <param name="MaxRelativeError">Against the reference, when checked.</param>
/// <param name="Repetitions">How often it ran.</param>
[GenerateSerializer, Immutable, Alias("KernelResult")]
public sealed record KernelResult(
    [property: Id(0)] bool Succeeded,
    [property: Id(1)] string ErrorCode,
    [property: Id(2)] string Error,
    [property: Id(3)] string Device,
    [property: Id(4)] double SecondsPerRepetition,
    [property: Id(5)] double Rate,
    [property: Id(6)] string RateUnit,
    [property: Id(7)] ulong Checksum,
    [property: Id(8)] bool Checked,
    [property: Id(9)] double MaxRelativeError,
    [property: Id(10)] int Repetitions)
{
    /// <summary>The most device memory that the work held at a time, in bytes; 0 when it was not counted.</summary>
    [Id(11)]
    public long PeakMemoryBytes { get; init; }

    /// <summary>The first loss that a program took; null without one.</summary>
    [Id(12)]
    public double? FirstLoss { get; init; }

    /// <summary>The last loss that a program took; null without one.</summary>
    [Id(13)]
    public double? LastLoss { get; init; }

    /// <summary>The step that a program began at: above 0 when it went on from a checkpoint.</summary>
    [Id(14)]
    public long WentOnFrom { get; init; }

    /// <summary>What a person should know although the work is done; or empty.</summary>
    [Id(15)]
    public string Remark { get; init; } = "";

    /// <summary>What a probe measured; empty for other work.</summary>
    [Id(20)]
    public ValueList<ProbePoint> Points { get; init; } = [];
}
