namespace ControlPlane.Simulation.Workloads;

/// <summary>What a trace of requests asks for, as a planner needs it.</summary>
/// <param name="Requests">How many.</param>
/// <param name="Seconds">How long the trace is.</param>
/// <param name="MeanTokensPerSecond">Generated tokens a second, in the mean.</param>
/// <param name="PeakTokensPerSecond">Generated tokens a second in the busiest minute.</param>
/// <param name="MedianContext">Tokens of a request, asked and answered, that half of them do not exceed.</param>
/// <param name="LongContext">The same for 99 of 100.</param>
/// <param name="LongestContext">The longest of all.</param>
public sealed record TraceDemand(
    int Requests, double Seconds, double MeanTokensPerSecond, double PeakTokensPerSecond, int MedianContext, int LongContext, int LongestContext)
{
    private const int Minute = 60;

    private List<int> Contexts { get; init; } = [];

    /// <summary>Peak over mean.</summary>
    public double PeakToMean => PeakTokensPerSecond / MeanTokensPerSecond;

    /// <summary>Share of the requests with more tokens than this.</summary>
    public double ShareAbove(int context) => Contexts.Count(length => length > context) / (double)Contexts.Count;

    /// <summary>Reads it off a trace. Tokens count in the second in which their request came: services queue for less than a minute.</summary>
    /// <exception cref="ArgumentException">The trace is shorter than a minute, or generates nothing.</exception>
    public static TraceDemand Of(IReadOnlyList<LlmRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var seconds = requests.Count == 0 ? 0 : requests[^1].At.TotalSeconds;
        if (seconds < Minute)
            throw new ArgumentException("A trace of a minute or more is needed: its busiest minute is the peak.", nameof(requests));
        var generated = new double[(int)seconds + 1];
        foreach (var request in requests)
            generated[(int)request.At.TotalSeconds] += request.GeneratedTokens;
        var (window, peak, all) = (0.0, 0.0, generated.Sum());
        for (var second = 0; second < generated.Length; second++)
        {
            window += generated[second] - (second >= Minute ? generated[second - Minute] : 0);
            peak = Math.Max(peak, window);
        }
        if (all == 0)
            throw new ArgumentException("The trace generates no tokens.", nameof(requests));
        List<int> contexts = [.. requests.Select(request => request.ContextTokens + request.GeneratedTokens).Order()];
        int Rank(double share) => contexts[(int)Math.Ceiling(share * contexts.Count) - 1];
        return new TraceDemand(requests.Count, seconds, all / seconds, peak / Minute, Rank(0.5), Rank(0.99), contexts[^1]) { Contexts = contexts };
    }
}
