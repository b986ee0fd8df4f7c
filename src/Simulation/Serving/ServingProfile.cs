namespace ControlPlane.Simulation.Serving;

/// <summary>What a service does with its trace on so many replicas.</summary>
public sealed class ServingProfile
{
    private readonly double? _draw;

    private ServingProfile(ServingModel model, IReadOnlyList<ReplicaRun> replicas, double traceSeconds)
    {
        // What is not done when the trace begins again is still to be done then: the span is as long as the slowest needs.
        Seconds = Math.Max(traceSeconds, replicas.Max(replica => replica.Finished));
        Requests = replicas.Sum(replica => replica.Requests);
        ReadTokens = replicas.Sum(replica => replica.ReadTokens);
        WrittenTokens = replicas.Sum(replica => replica.WrittenTokens);
        Load = ((ReadTokens / model.ReadTokensPerSecond) + (WrittenTokens / model.MostTokensPerSecond)) / (traceSeconds * replicas.Count);
        var busy = replicas.Sum(replica => replica.ReadingSeconds + replica.WritingSeconds);
        ReadingShare = replicas.Sum(replica => replica.ReadingSeconds) / (Seconds * replicas.Count);
        WritingShare = (busy / (Seconds * replicas.Count)) - ReadingShare;
        MeanBatch = replicas.Sum(replica => replica.BatchSeconds) / Math.Max(1e-9, replicas.Sum(replica => replica.WritingSeconds));
        foreach (var replica in replicas)
        {
            First.Add(replica.First, 1);
            Whole.Add(replica.Whole, 1);
            PerToken.Add(replica.PerToken, 1);
        }
    }

    private ServingProfile(SteadyRate rate, int replicas) =>
        (Seconds, WrittenTokens, _draw) = (1, rate.TokensPerSecond * replicas, rate.DrawShare);

    /// <summary>Seconds that the trace takes, at least its own length.</summary>
    public double Seconds { get; }

    /// <summary>Work that comes over what the replicas can do with full batches: at 1 or more they fall behind for good.</summary>
    public double Load { get; }

    /// <summary>Requests served in that time.</summary>
    public int Requests { get; }

    /// <summary>Tokens of prompts read in that time.</summary>
    public double ReadTokens { get; }

    /// <summary>Tokens written in that time.</summary>
    public double WrittenTokens { get; }

    /// <summary>Share of the time in which a replica reads prompts.</summary>
    public double ReadingShare { get; }

    /// <summary>Share of the time in which a replica writes.</summary>
    public double WritingShare { get; }

    /// <summary>Requests in the batch while a replica writes.</summary>
    public double MeanBatch { get; }

    /// <summary>Time to the first token.</summary>
    public LatencyHistogram First { get; } = new();

    /// <summary>Time to the last token.</summary>
    public LatencyHistogram Whole { get; } = new();

    /// <summary>Time between tokens, the mean of each request.</summary>
    public LatencyHistogram PerToken { get; } = new();

    /// <summary>Written tokens a second.</summary>
    public double TokensPerSecond => WrittenTokens / Seconds;

    /// <summary>
    /// Draw of a GPU over its limit, in the mean: 137 W at rest of an H200's 700 W, up to 300 W writing (arXiv:2605.11999), and
    /// reading near the limit: 670 W, assumed. Of a steady service what is stated.
    /// </summary>
    public double DrawShare => _draw ?? (137 + ((300 - 137) * WritingShare) + ((670 - 137) * ReadingShare)) / 700;

    /// <summary>Plays the trace over replicas that take requests in turn.</summary>
    /// <param name="plan">The service.</param>
    /// <param name="replicas">How many replicas there are, 1 or more.</param>
    public static ServingProfile Of(ServicePlan plan, int replicas)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(plan.Rate);
        if (plan.Steady is { } steady)
            return new ServingProfile(steady, replicas);
        var runs = new List<ReplicaRun>(replicas);
        for (var replica = 0; replica < replicas; replica++)
            runs.Add(new ReplicaRun(plan.Model, plan.Requests.Where((_, index) => index % replicas == replica), plan.Rate));
        return new ServingProfile(plan.Model, runs, Math.Max(1, plan.Requests[^1].At.TotalSeconds) / plan.Rate);
    }
}
