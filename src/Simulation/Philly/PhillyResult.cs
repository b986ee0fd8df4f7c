namespace ControlPlane.Simulation.Philly;

/// <summary>
/// What a replay came to. Completion time is end minus submission; waiting is that minus the duration, which for a job
/// that is not preempted is start minus submission. Percentile q is the value at rank ceil(q n). All in seconds.
/// </summary>
public sealed class PhillyResult
{
    private readonly PhillyHall _hall;
    private readonly long[] _completion;
    private readonly long[] _wait;

    internal PhillyResult(PhillyHall hall, IReadOnlyList<PhillyTimes> times, int? preemptions)
    {
        (_hall, Preemptions) = (hall, preemptions);
        Times = [.. times.OrderBy(one => one.Job.Id)];
        _completion = [.. times.Select(one => one.End - one.Job.Submit).Order()];
        _wait = [.. times.Select(one => one.End - one.Job.Submit - one.Job.Duration).Order()];
    }

    /// <summary>When each job ran, by id.</summary>
    public IReadOnlyList<PhillyTimes> Times { get; }

    /// <summary>How often a job lost its GPUs before its end; null for a policy that does not preempt.</summary>
    public int? Preemptions { get; }

    /// <summary>Last end minus first submission.</summary>
    public long Makespan => Times.Max(one => one.End) - Times.Min(one => one.Job.Submit);

    /// <summary>GPUs times duration, over all jobs.</summary>
    public long GpuSeconds => Times.Sum(one => one.Job.Gpus * one.Job.Duration);

    /// <summary>The figures by their published names, in their published order.</summary>
    public IReadOnlyList<(string Name, object Value)> Figures() =>
    [
        ("gpus", _hall.Gpus),
        ("jobs", Times.Count),
        ("sum_jct_s", _completion.Sum()),
        ("avg_jct_s", Math.Round(_completion.Sum() / (double)Times.Count, 3)),
        ("p50_jct_s", Percentile(_completion, 50)),
        ("p90_jct_s", Percentile(_completion, 90)),
        ("p99_jct_s", Percentile(_completion, 99)),
        ("sum_wait_s", _wait.Sum()),
        ("avg_wait_s", Math.Round(_wait.Sum() / (double)Times.Count, 3)),
        ("p50_wait_s", Percentile(_wait, 50)),
        ("p99_wait_s", Percentile(_wait, 99)),
        ("max_wait_s", _wait[^1]),
        ("jobs_that_waited", _wait.Count(wait => wait > 0)),
        ("makespan_s", Makespan),
        ("gpu_seconds", GpuSeconds),
        ("utilisation_pct", Math.Round(100.0 * GpuSeconds / ((double)_hall.Gpus * Makespan), 4)),
        .. _hall.IsPool ? Array.Empty<(string, object)>() : [("nodes", _hall.Nodes)],
        .. Preemptions is { } count ? [("preemptions", count)] : Array.Empty<(string, object)>(),
    ];

    /// <summary>Writes <c>job_id,start,end</c> for every job.</summary>
    public void WriteTo(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("job_id,start,end\n");
        foreach (var one in Times)
            writer.Write(FormattableString.Invariant($"{one.Job.Id},{one.Start},{one.End}\n"));
    }

    private static long Percentile(long[] sorted, int percent) => sorted[(sorted.Length * percent + 99) / 100 - 1];
}
