using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Caps;

/// <summary>
/// Divides a power budget among jobs where it makes most tokens. A job that draws little is given what it draws and no
/// more; what it leaves raises the limits of those that would use it.
/// </summary>
public static class PowerSteering
{
    // Limits move in steps of this size: finer than any device measures its own draw.
    private static readonly Watts Step = Watts.FromWatts(5);

    /// <summary>Limits for each job's GPUs, under which all jobs together keep the budget.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="budget">What all of them may draw.</param>
    /// <returns>A limit for each job in order; null when even the lowest limits are too much.</returns>
    public static IReadOnlyList<Watts>? Divide(IReadOnlyList<SteeredJob> jobs, Watts budget)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        foreach (var job in jobs)
        {
            Require.Count(job.Gpus, 1, nameof(jobs));
            Require.Positive(job.LeastCap.Value, nameof(jobs));
            Require.NotNegative(job.TokensPerSecond, nameof(jobs));
        }
        // No limit is granted above the draw: it would be spoken for and not used.
        var caps = jobs.Select(job => job.LeastCap < job.Draw ? job.LeastCap : job.Draw).ToArray();
        var drawn = jobs.Select((job, i) => job.Under(caps[i]).Draw).ToArray();
        var left = budget - drawn.Aggregate(Watts.Zero, (sum, draw) => sum + draw);
        if (left < Watts.Zero)
            return null;
        while (Best(jobs, caps, left) is { } best)
        {
            var before = jobs[best].Under(caps[best]).Draw;
            caps[best] = Raised(jobs[best], caps[best]);
            left -= jobs[best].Under(caps[best]).Draw - before;
        }
        return caps;
    }

    private static Watts Raised(SteeredJob job, Watts cap) => cap + Step < job.Draw ? cap + Step : job.Draw;

    // The job that makes most more tokens for each watt that it takes.
    private static int? Best(IReadOnlyList<SteeredJob> jobs, Watts[] caps, Watts left) => Enumerable.Range(0, jobs.Count)
        .Where(i => caps[i] < jobs[i].Draw).Select(i => (Index: i, Now: jobs[i].Under(caps[i]), Next: jobs[i].Under(Raised(jobs[i], caps[i]))))
        .Where(one => one.Next.Draw - one.Now.Draw <= left)
        .OrderByDescending(one => (one.Next.TokensPerSecond - one.Now.TokensPerSecond) / Math.Max((one.Next.Draw - one.Now.Draw).Value, 1e-3))
        .Select(one => (int?)one.Index).FirstOrDefault();
}
