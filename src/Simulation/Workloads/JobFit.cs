using System.Globalization;
using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation.Workloads;

/// <summary>
/// A trace of gangs as distributions, from which any number of gangs is drawn: gaps between submissions by the nearest of
/// three laws, sizes as often as in the trace, run times log-normal within each size. The mix of sizes stays; only the gaps
/// are scaled, so that the gangs ask for a share of a hall.
/// </summary>
/// <param name="Source">The trace.</param>
/// <param name="Jobs">How many gangs it was fitted to.</param>
/// <param name="Gaps">Seconds between submissions.</param>
/// <param name="Sizes">The sizes and their run times.</param>
/// <param name="GapScale">Multiplies every gap.</param>
public sealed record JobFit(string Source, int Jobs, GapLaw Gaps, IReadOnlyList<SizeFit> Sizes, double GapScale = 1)
{
    /// <summary>Sizes that fewer gangs than this have take the run times of all gangs together.</summary>
    private const int FewestOfSize = 30;

    /// <summary>GPU-seconds of a gang, in the mean.</summary>
    public double MeanGpuSeconds => Sizes.Sum(size => size.Jobs * size.Gpus * size.MeanSeconds) / Sizes.Sum(size => size.Jobs);

    /// <summary>GPUs that the gangs would keep busy if none ever waited.</summary>
    public double MeanGpus => MeanGpuSeconds / (Gaps.Mean * GapScale);

    /// <summary>Fits a trace.</summary>
    /// <param name="jobs">Its gangs, by submission; three or more.</param>
    /// <param name="source">Its name.</param>
    /// <exception cref="ArgumentException">There are fewer than three gangs.</exception>
    public static JobFit Of(IReadOnlyList<TracedJob> jobs, string source)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        if (jobs.Count < 3)
            throw new ArgumentException($"{source}: three jobs or more are needed for a fit, and there are {jobs.Count}.");
        var gaps = GapLaw.Nearest(jobs.Zip(jobs.Skip(1), (earlier, later) => (double)(later.Submit - earlier.Submit)));
        var all = Durations(jobs);
        var sizes = jobs.GroupBy(job => job.Gpus).OrderBy(size => size.Key)
            .Select(size => new SizeFit(size.Key, size.Count(), size.Count() >= FewestOfSize ? Durations(size) : all, size.Count() < FewestOfSize));
        return new JobFit(source, jobs.Count, gaps, [.. sizes]);
    }

    /// <summary>The same gangs as often as keeps a share of a hall's GPUs busy.</summary>
    /// <param name="gpus">GPUs of the hall, 1 or more; sizes above it are left out.</param>
    /// <param name="load">The share, above 0.</param>
    /// <exception cref="ArgumentException">No size fits.</exception>
    public JobFit For(int gpus, double load)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(gpus, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(load);
        IReadOnlyList<SizeFit> sizes = [.. Sizes.Where(size => size.Gpus <= gpus)];
        if (sizes.Count == 0)
            throw new ArgumentException($"{Source}: every gang is larger than {gpus} GPUs; the smallest takes {Sizes[0].Gpus}.");
        var fit = this with { Sizes = sizes, GapScale = 1 };
        return fit with { GapScale = fit.MeanGpus / (gpus * load) };
    }

    /// <summary>The fit in words, a line each.</summary>
    public IEnumerable<string> Lines()
    {
        var culture = CultureInfo.InvariantCulture;
        yield return string.Create(culture, $"fitted to {Source}: {Jobs} gangs; gaps {Gaps.Kind}({Gaps.Scale:0.####}, {Gaps.Shape:0.####}), mean {Gaps.Mean:0.#} s, times {GapScale:0.######}; distance {Gaps.Distance:0.###}");
        foreach (var size in Sizes)
            yield return string.Create(culture, $"{size.Gpus} GPUs: {size.Jobs} gangs; run time lognormal({size.Duration.Law.Scale:0.####}, {size.Duration.Law.Shape:0.####}) within {size.Duration.Least} to {size.Duration.Most} s{(size.IsPooled ? ", of all sizes together" : "")}; distance {size.Duration.Law.Distance:0.###}");
        yield return string.Create(culture, $"mean of a gang {MeanGpuSeconds:0} GPU-seconds; {MeanGpus:0.#} GPUs busy if none waited");
    }

    /// <summary>Draws gangs in order of submission.</summary>
    /// <param name="seed">The same seed draws the same gangs.</param>
    /// <param name="seconds">Submitted before this.</param>
    public IReadOnlyList<TracedJob> Draw(ulong seed, double seconds)
    {
        var drawn = new DrawnJobs(this, SeededDraws.Of(seed, DrawnJobs.Purpose), 0);
        var jobs = new List<TracedJob>();
        for (var next = drawn.Next(); next.Submit < seconds; next = drawn.Next())
            jobs.Add(next with { Id = jobs.Count });
        return jobs;
    }

    private static DurationFit Durations(IEnumerable<TracedJob> jobs)
    {
        double[] sorted = [.. jobs.Select(job => (double)job.Duration).Order()];
        return new DurationFit(GapLaw.LogNormal(sorted), (long)sorted[0], (long)sorted[^1]);
    }
}

/// <summary>Gangs of one size.</summary>
/// <param name="Gpus">GPUs of each.</param>
/// <param name="Jobs">How many of them the trace has.</param>
/// <param name="Duration">Their run times.</param>
/// <param name="IsPooled">True when these are the run times of all sizes, since the trace has few of this one.</param>
public sealed record SizeFit(int Gpus, int Jobs, DurationFit Duration, bool IsPooled)
{
    /// <summary>Mean run time of what is drawn, in seconds.</summary>
    public double MeanSeconds => Duration.Mean;
}

/// <summary>Run times: log-normal, and never outside of what was seen.</summary>
/// <param name="Law">The law, in seconds.</param>
/// <param name="Least">The shortest seen; what is drawn below it is as long.</param>
/// <param name="Most">The longest seen; what is drawn above it is as long.</param>
public sealed record DurationFit(GapLaw Law, long Least, long Most)
{
    /// <summary>The mean, bounds included.</summary>
    public double Mean
    {
        get
        {
            var (low, high) = ((Math.Log(Least) - Law.Scale) / Law.Shape, (Math.Log(Most) - Law.Scale) / Law.Shape);
            return (Least * NormalLaw.Below(low)) + (Most * (1 - NormalLaw.Below(high)))
                + (Law.Mean * (NormalLaw.Below(high - Law.Shape) - NormalLaw.Below(low - Law.Shape)));
        }
    }

    internal long Draw(SeededDraws draws) => (long)Math.Clamp(Math.Round(Law.Draw(draws)), Least, Most);
}
