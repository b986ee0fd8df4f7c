namespace ControlPlane.Simulation.Replay;

/// <summary>
/// What a replay came to. Completion time is end minus submission; waiting is that minus the duration, which for a job
/// that is not preempted is start minus submission. Percentile q is the value at rank ceil(q n). All in seconds.
/// </summary>
public sealed class ReplayResult
{
    private readonly int _gpus;
    private readonly long[] _completion;
    private readonly long[] _wait;

    internal ReplayResult(ReplayHall hall, IReadOnlyList<JobTimes> times, int preemptions)
    {
        (_gpus, Preemptions) = (hall.Gpus, preemptions);
        Times = [.. times.OrderBy(one => one.Job.Id)];
        _completion = [.. times.Select(one => one.End - one.Job.Submit).Order()];
        _wait = [.. times.Select(one => one.End - one.Job.Submit - one.Job.Duration).Order()];
    }

    /// <summary>When each job ran, by id.</summary>
    public IReadOnlyList<JobTimes> Times { get; }

    /// <summary>How often a job lost its GPUs before its end; 0 for a policy that lets jobs run out.</summary>
    public int Preemptions { get; }

    /// <summary>Last end minus first submission.</summary>
    public long Makespan => Times.Max(one => one.End) - Times.Min(one => one.Job.Submit);

    /// <summary>GPUs times duration, over all jobs.</summary>
    public long GpuSeconds => Times.Sum(one => one.Job.Gpus * one.Job.Duration);

    /// <summary>Mean completion time.</summary>
    public double MeanCompletion => _completion.Sum() / (double)_completion.Length;

    /// <summary>Mean waiting time.</summary>
    public double MeanWait => _wait.Sum() / (double)_wait.Length;

    /// <summary>The figures by their published names. All but the utilisation are sums and ranks of whole seconds, hence exact.</summary>
    public IReadOnlyList<(string Name, object Value)> Figures() =>
    [
        ("jobs", Times.Count),
        ("sumJct", _completion.Sum()),
        ("sumWait", _wait.Sum()),
        ("p50Jct", Percentile(_completion, 50)),
        ("p90Jct", Percentile(_completion, 90)),
        ("p99Jct", Percentile(_completion, 99)),
        ("p50Wait", Percentile(_wait, 50)),
        ("p99Wait", Percentile(_wait, 99)),
        ("maxWait", _wait[^1]),
        ("jobsThatWaited", _wait.Count(wait => wait > 0)),
        ("makespan", Makespan),
        ("gpuSeconds", GpuSeconds),
        ("utilisationPct", Math.Round(100.0 * GpuSeconds / ((double)_gpus * Makespan), 4)),
        ("preemptions", Preemptions),
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
