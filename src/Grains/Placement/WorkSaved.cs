using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>What a job has done, in the time of its own work: simulated work may run faster than the clock.</summary>
internal static class WorkSaved
{
    /// <summary>Where both clocks agree. Any instant does that is near enough for scaled time not to run out.</summary>
    private static readonly DateTimeOffset Origin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Above it scaled time would run out of calendar within years.</summary>
    public const double MostTimeScale = 1000;

    /// <summary>What the job keeps when it stops now: earlier runs, and this one up to its last checkpoint.</summary>
    public static SavedWork Of(JobEntry job, DateTimeOffset now, double timeScale)
    {
        var saved = ThisRun(job, now, timeScale);
        var tokens = job.Spec.Work is SimulatedWork work ? work.TokensPerGpuSecond * saved.TotalSeconds * Gpus(job) : 0;
        return new SavedWork(job.Job, job.Saved + saved, job.SavedTokens + tokens);
    }

    /// <summary>What the job has surely done, saved or not: earlier runs, and this one by its slowest speed.</summary>
    public static TimeSpan Done(JobEntry job, DateTimeOffset now, double timeScale)
    {
        if (job.Spec.Work is not SimulatedWork work)
            return TimeSpan.Zero;
        var done = job.Saved + (Ran(job, now, timeScale) * job.SlowestSpeed);
        return done < work.Duration ? done : work.Duration;
    }

    /// <summary>
    /// An instant on a clock that runs as fast as the work: scheduling counts in it, so that durations are of the work.
    /// The same as the clock's own where work is not simulated faster.
    /// </summary>
    public static DateTimeOffset WorkTime(DateTimeOffset at, double timeScale) => Origin + ((at - Origin) * timeScale);

    /// <summary>What is known of the job's run, as scheduling weighs it, in work time.</summary>
    public static RunFacts Facts(JobEntry job, DateTimeOffset now, double timeScale)
    {
        var started = WorkTime(now, timeScale) - Ran(job, now, timeScale);
        return new RunFacts(started, started + ThisRun(job, now, timeScale), job.Submitted);
    }

    /// <summary>When the job is expected to end, in work time; null when its duration is not known.</summary>
    public static DateTimeOffset? ExpectedEnd(JobEntry job, DateTimeOffset now, double timeScale) =>
        job.Spec.Expected is { } expected ? WorkTime(now, timeScale) - Ran(job, now, timeScale) + ((expected - job.Saved) / job.SlowestSpeed) : null;

    private static double Gpus(JobEntry job) => job.Leases().Sum(lease => lease.Placed.Gpus.Count * lease.Placed.GpuMilli / 1000.0);

    private static TimeSpan Ran(JobEntry job, DateTimeOffset now, double timeScale) =>
        job.StartedAt is { } started && now > started ? (now - started) * timeScale : TimeSpan.Zero;

    private static TimeSpan ThisRun(JobEntry job, DateTimeOffset now, double timeScale)
    {
        if (job.Spec.Work is not SimulatedWork { CheckpointEvery: var every } work || every <= TimeSpan.Zero)
            return TimeSpan.Zero;
        // A run that was slowed has done at least what its slowest speed gives.
        var ran = Ran(job, now, timeScale) * job.SlowestSpeed;
        var left = work.Duration - job.Saved;
        return every * Math.Floor((ran < left ? ran : left) / every);
    }
}
