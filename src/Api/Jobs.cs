using ControlPlane.Domain.Jobs;

namespace ControlPlane.Api;

/// <summary>What came of submitting one job.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Outcome">accepted, refused, conflict or notAdmitted.</param>
/// <param name="Message">The decision or the objection.</param>
public sealed record SubmitResponse(string Job, string Outcome, string Message);

/// <summary>A job.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Phase">waiting, placed, running, succeeded, failed, cancelled or refused.</param>
/// <param name="Hall">The hall that decides about it, or null.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="Gpus">GPUs it asks for.</param>
/// <param name="Message">The last decision or outcome.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="StartedAt">When every task ran, or null.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Attempts">How often it was placed.</param>
/// <param name="Generation">Generation of its leases, 0 when it never had any.</param>
/// <param name="Tokens">Tokens it made, once it ended.</param>
/// <param name="HeldGpus">The GPUs it holds or held.</param>
/// <param name="Kernel">What its kernel did, for kernel jobs that ran.</param>
public sealed record JobResponse(
    string Job, string Phase, string? Hall, string Queue, int Priority, double Gpus, string Message, DateTimeOffset SubmittedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, int Attempts, long Generation, double Tokens,
    IReadOnlyList<string> HeldGpus, KernelResponse? Kernel)
{
    /// <summary>Power limit of the GPUs it holds, in percent of their default; null while it holds none.</summary>
    public int? PowerPercent { get; init; }

    /// <summary>The power policy or flexibility tier that the limit comes from; null where the job names none.</summary>
    public string? PowerPolicy { get; init; }

    /// <summary>Share of its steps that its program has done, 0 to 1; null unless one runs.</summary>
    public double? Progress { get; init; }

    /// <summary>Its program's newest loss; null unless one runs and has taken one.</summary>
    public double? Loss { get; init; }
}

/// <summary>What a kernel did.</summary>
/// <param name="Succeeded">True when it ran and, if checked, was right.</param>
/// <param name="ErrorCode">A stable name such as <c>cuda-700</c>; empty on success.</param>
/// <param name="Error">What happened; empty on success.</param>
/// <param name="Device">The device's name.</param>
/// <param name="SecondsPerRepetition">Median device time of one repetition, seconds.</param>
/// <param name="Rate">In <paramref name="RateUnit"/>.</param>
/// <param name="RateUnit">GFLOP/s or GB/s.</param>
/// <param name="Checksum">FNV-1a-64 over the output, in hexadecimal.</param>
/// <param name="Checked">True when compared with the reference.</param>
/// <param name="MaxRelativeError">Against the reference, when checked.</param>
/// <param name="Repetitions">How often it ran.</param>
public sealed record KernelResponse(
    bool Succeeded, string ErrorCode, string Error, string Device, double SecondsPerRepetition, double Rate, string RateUnit,
    string Checksum, bool Checked, double MaxRelativeError, int Repetitions)
{
    /// <summary>The most device memory that the work held at a time, in bytes; 0 when it was not counted.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>The first loss that a program took; null without one.</summary>
    public double? FirstLoss { get; init; }

    /// <summary>The last loss that a program took; null without one.</summary>
    public double? LastLoss { get; init; }

    /// <summary>The step that a program began at: above 0 when it went on from a checkpoint.</summary>
    public long WentOnFrom { get; init; }

    /// <summary>What a person should know although the work is done; or empty.</summary>
    public string Remark { get; init; } = "";

    /// <summary>What a probe measured; empty for other work.</summary>
    public IReadOnlyList<ProbePoint> Points { get; init; } = [];
}

/// <summary>Why a job is where it is.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Phase">Where it is.</param>
/// <param name="Why">In sentences with numbers.</param>
public sealed record WhyResponse(string Job, string Phase, string Why);
