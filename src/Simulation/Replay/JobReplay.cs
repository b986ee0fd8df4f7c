using ControlPlane.Domain;

namespace ControlPlane.Simulation.Replay;

/// <summary>
/// Gang jobs in time with exact run times and no overheads, on the product's own state, placer and timeline. At one
/// instant every job that ends leaves, every job that is submitted joins, and one pass decides who starts.
/// </summary>
public static class JobReplay
{
    /// <summary>
    /// The policies. <c>fifo</c>: by submission, up to the first that does not fit. <c>sjf</c>: by duration.
    /// <c>-skip</c>: those that do not fit are skipped. <c>easy</c>: fifo with EASY backfilling. <c>conservative</c>:
    /// fifo with a reservation for every blocked job. <c>srtf</c>: by what remains, preempting at no cost.
    /// <c>factory</c>: the product's whole cycle, which knows racks, leaves and quotas, moves jobs so that others fit and
    /// reclaims what is guaranteed; <c>factory-easy</c>: the same with a reservation for the first in line.
    /// </summary>
    public static ValueList<string> Policies { get; } = ["fifo", "fifo-skip", "sjf", "sjf-skip", "easy", "conservative", "srtf", "factory", "factory-easy"];

    /// <summary>Runs every job to its end.</summary>
    /// <param name="jobs">The jobs, in any order.</param>
    /// <param name="hall">The cluster.</param>
    /// <param name="policy">One of <see cref="Policies"/>.</param>
    /// <exception cref="ArgumentException">The policy is not known, or a job asks for more GPUs than there are.</exception>
    public static ReplayResult Run(IReadOnlyList<TracedJob> jobs, ReplayHall hall, string policy)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(hall);
        if (jobs.FirstOrDefault(job => job.Gpus > hall.Gpus) is { } large)
            throw new ArgumentException($"Job {large.Id} asks for {large.Gpus} GPUs and there are {hall.Gpus}: it could never start. Give {jobs.Max(job => job.Gpus)} or more.");
        if (policy == "srtf")
        {
            var preempting = new ShortestRemaining(hall, jobs);
            return new ReplayResult(hall, preempting.Run(), preempting.Preemptions);
        }
        if (policy.StartsWith("factory", StringComparison.Ordinal))
            return FactoryReplay.Run(jobs, hall, policy == "factory-easy" ? "easy" : "none");
        return new ReplayResult(hall, new QueueReplay(hall, jobs, PassOf(policy), policy.StartsWith("sjf", StringComparison.Ordinal)).Run(), 0);
    }

    private static QueuePass PassOf(string policy) => policy switch
    {
        "fifo" or "sjf" => QueuePass.StopAtFirst,
        "fifo-skip" or "sjf-skip" => QueuePass.Skip,
        "easy" => QueuePass.Easy,
        "conservative" => QueuePass.Conservative,
        _ => throw new ArgumentException($"Unknown policy '{policy}'; one of {string.Join(", ", Policies)} was expected.", nameof(policy)),
    };
}

/// <summary>What becomes of jobs behind one that does not fit.</summary>
internal enum QueuePass
{
    /// <summary>They wait too.</summary>
    StopAtFirst,

    /// <summary>They start when they fit.</summary>
    Skip,

    /// <summary>They start when the first blocked job is not delayed.</summary>
    Easy,

    /// <summary>They start when no blocked job before them is delayed.</summary>
    Conservative,
}
