using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation.Workloads;

/// <summary>
/// An hour of requests and a list of gangs, fitted to what the public traces measure to: Azure's 2023 request traces (code:
/// 2.57 requests a second, 2,048 tokens in and 28 out in the mean, in bursts of minutes; conversation: 5.53 a second, 1,155
/// in and 211 out, the minute's rate within an eighth of the mean), and the virtual cluster 2869ce of the Philly traces.
/// </summary>
internal static class SyntheticLoad
{
    private const int Minutes = 60;

    // Gang sizes as often as the 992 jobs have them.
    private static readonly (int Gpus, int Jobs)[] Sizes = [(1, 134), (2, 22), (4, 34), (8, 691), (16, 3), (32, 108)];

    public static HallLoad Draw(ulong seed)
    {
        var draws = new SeededDraws(seed);
        return new HallLoad(
            $"synthetic, fitted to the Azure LLM and Philly traces, seed {seed}",
            Requests(draws, Steady(draws), (1155, 1109), (211, 163)), Requests(draws, Bursts(draws), (2048, 1925), (28, 60)), Gangs(draws));
    }

    // The minute's rate wanders: each keeps three quarters of the last one's distance from the mean.
    private static IEnumerable<double> Steady(SeededDraws draws)
    {
        var off = 0.0;
        for (var minute = 0; minute < Minutes; minute++)
        {
            off = (0.75 * off) + (0.077 * draws.Normal());
            yield return 5.53 * Math.Max(0.5, 1 + off);
        }
    }

    // The minute's rate is exponential: the spread is as large as the mean, and many minutes are nearly silent.
    private static IEnumerable<double> Bursts(SeededDraws draws)
    {
        for (var minute = 0; minute < Minutes; minute++)
            yield return Math.Min(10.2, -2.7 * Math.Log(1 - draws.Share()));
    }

    private static List<LlmRequest> Requests(SeededDraws draws, IEnumerable<double> rates, (double Mean, double Spread) context, (double Mean, double Spread) generated)
    {
        var requests = new List<LlmRequest>();
        var minute = 0;
        foreach (var rate in rates)
        {
            for (var at = Gap(draws, rate); at < 60; at += Gap(draws, rate))
                requests.Add(new LlmRequest(TimeSpan.FromSeconds((60 * minute) + at), Tokens(draws, context), Tokens(draws, generated)));
            minute++;
        }
        return requests;
    }

    private static double Gap(SeededDraws draws, double rate) => -Math.Log(1 - draws.Share()) / Math.Max(0.001, rate);

    // Log-normal with that mean and spread; no model of the traces took more than 14,000 tokens.
    private static int Tokens(SeededDraws draws, (double Mean, double Spread) of)
    {
        var variance = Math.Log(1 + (of.Spread * of.Spread / (of.Mean * of.Mean)));
        return (int)Math.Clamp(Math.Exp(Math.Log(of.Mean) - (variance / 2) + (Math.Sqrt(variance) * draws.Normal())), 1, 14_000);
    }

    private static List<TracedJob> Gangs(SeededDraws draws)
    {
        var jobs = new List<TracedJob>();
        var submit = 0.0;
        for (var id = 0; id < 992; id++)
        {
            // A median of 3,392 s and a long tail: the longest of the traced jobs ran for weeks.
            var duration = (long)Math.Clamp(3392 * Math.Exp(2.2 * draws.Normal()), 60, 5_000_000);
            jobs.Add(new TracedJob(id, (long)submit, draws.Weighted<int>(Sizes), duration));
            submit += Gap(draws, 1.0 / 8237);
        }
        return jobs;
    }
}
