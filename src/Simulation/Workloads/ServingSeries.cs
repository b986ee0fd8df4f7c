namespace ControlPlane.Simulation.Workloads;

/// <summary>
/// How busy a replica is at every second of a request trace, which repeats: its share of the rate at which it can read
/// contexts, and of that at which it can generate. It is built for the trace's busiest seconds but one in a hundred, taken
/// ten at a time; what comes faster waits for the next second.
/// </summary>
internal sealed class ServingSeries
{
    /// <summary>Tokens a request is given in a second: thirty, a good reading speed several times over.</summary>
    private const int TokensPerSecond = 30;

    private readonly double[] _reading;
    private readonly double[] _generating;

    public ServingSeries(IReadOnlyList<LlmRequest> requests)
    {
        var seconds = (int)requests[^1].At.TotalSeconds + 1;
        var (contexts, generated) = (new double[seconds], new double[seconds]);
        foreach (var request in requests)
        {
            var at = (int)request.At.TotalSeconds;
            contexts[at] += request.ContextTokens;
            for (var left = request.GeneratedTokens; left > 0; left -= TokensPerSecond)
                generated[++at % seconds] += Math.Min(left, TokensPerSecond);
        }
        (_reading, _generating) = (Served(contexts), Served(generated));
    }

    public int Seconds => _reading.Length;

    /// <summary>Shares of both rates at an instant after the trace's start.</summary>
    public (double Reading, double Generating) At(double second)
    {
        var at = (int)second % Seconds;
        return (_reading[at], _generating[at]);
    }

    private static double[] Served(double[] arrives)
    {
        var tens = arrives.Chunk(10).Select(ten => ten.Average()).Order().ToArray();
        var most = Math.Max(1, tens[(int)(0.99 * (tens.Length - 1))]);
        var (served, waits) = (new double[arrives.Length], 0.0);
        for (var second = 0; second < arrives.Length; second++)
        {
            waits += arrives[second];
            var now = Math.Min(waits, most);
            (served[second], waits) = (now / most, waits - now);
        }
        return served;
    }
}
