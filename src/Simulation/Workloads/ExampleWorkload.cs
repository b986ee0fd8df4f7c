using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Simulation.Workloads;

/// <summary>
/// An example workload of simulated jobs for halls with GB200 and H100 GPUs: training gangs, prefill and decode
/// services and notebooks that share a GPU. Sizes and lengths follow published traces; the mix is ours.
/// </summary>
public static class ExampleWorkload
{
    private const string Rack72 = "GB200-GPU";
    private const string Dgx = "H100-SXM5-80GB";

    // GPUs of the 992 jobs of virtual cluster 2869ce in Microsoft's Philly traces (CC-BY-4.0), counted.
    private static readonly (int Gpus, int Jobs)[] TrainingGpus = [(1, 134), (2, 22), (4, 34), (8, 691), (16, 3), (32, 108)];

    // The same jobs' durations: mean and standard deviation of the natural logarithm of seconds; 99 % end within 333,078 s.
    private const double TrainingLogMean = 8.148;
    private const double TrainingLogDeviation = 2.871;
    private const double TrainingLongest = 333_078;

    // Mean tokens of a request in the Azure LLM inference traces of 2023 (CC-BY-4.0): 19,366 of conversation, 8,819 of code.
    private const double ConversationContext = 1154.7;
    private const double ConversationGenerated = 211.1;
    private const double CodeContext = 2047.8;
    private const double CodeGenerated = 27.9;

    // Llama-2-70B offline, tokens per second and GPU, MLPerf inference v4.1: H200 3,913; an H100 has the same compute.
    // GB200: 865,000 on 72 GPUs, Azure's unverified submission.
    private const double H100Tokens = 3_900;
    private const double Gb200Tokens = 12_000;

    // Most frequent shares of a GPU in Alibaba's 2023 GPU trace (default pod list), in thousandths, with their pods.
    private static readonly (int Milli, int Pods)[] Shares =
        [(810, 1078), (470, 748), (320, 326), (650, 237), (230, 122), (460, 120), (590, 75), (550, 72)];

    /// <summary>Makes the jobs, in order of submission.</summary>
    /// <param name="seed">The same seed makes the same jobs.</param>
    /// <param name="count">How many jobs, 0 or more.</param>
    /// <param name="horizon">They are submitted evenly at random within this time.</param>
    /// <param name="queues">Queues that jobs are submitted to, evenly at random; at least one.</param>
    /// <param name="durationScale">Multiplies every duration; below 1 for a demonstration that shows turnover. 1 by default.</param>
    public static IReadOnlyList<TraceJob> Generate(
        ulong seed, int count, TimeSpan horizon, IReadOnlyList<string> queues, double durationScale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfZero(queues.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(durationScale);
        var draws = new SeededDraws(seed);
        var times = Enumerable.Range(0, count).Select(_ => draws.Share() * horizon.TotalSeconds).Order().ToList();
        var jobs = new List<TraceJob>(count);
        foreach (var at in times)
        {
            var queue = new QueueId(queues[draws.Below(queues.Count)]);
            var (kind, spec) = Draw(draws, queue, durationScale);
            var number = (jobs.Count + 1).ToString("0000", CultureInfo.InvariantCulture);
            jobs.Add(new TraceJob(TimeSpan.FromSeconds(Math.Floor(at)), $"{kind}-{number}", spec));
        }
        return jobs;
    }

    private static (string Kind, JobSpec Spec) Draw(SeededDraws draws, QueueId queue, double scale) =>
        draws.Weighted<string>([("train", 50), ("decode", 18), ("prefill", 12), ("notebook", 20)]) switch
        {
            "train" => ("train", Training(draws, queue, scale)),
            "decode" => ("decode", Serving(draws, queue, scale, decode: true)),
            "prefill" => ("prefill", Serving(draws, queue, scale, decode: false)),
            _ => ("notebook", Notebook(draws, queue, scale)),
        };

    private static JobSpec Training(SeededDraws draws, QueueId queue, double scale)
    {
        var gpus = draws.Weighted<int>(TrainingGpus);
        var seconds = Math.Clamp(Math.Exp(TrainingLogMean + TrainingLogDeviation * draws.Normal()), 30, TrainingLongest);
        // Large gangs go where NVLink spans a rack, or to DGX nodes of one rack or leaf; small ones to any model.
        var onRack72 = gpus >= 16 && draws.Share() < 0.5;
        var perTask = onRack72 ? 4 : Math.Min(8, gpus);
        ValueList<string> models = onRack72 ? [Rack72] : gpus >= 8 ? [Dgx] : [];
        var topology = onRack72 ? new TopologyRequest(TopologyLevel.NvlinkDomain, null)
            : gpus > 8 ? draws.Share() < 0.3 ? new TopologyRequest(TopologyLevel.Rack, null) : new TopologyRequest(null, TopologyLevel.Rack)
            : new TopologyRequest(null, null);
        // A gang of 32 on DGX nodes needs 400 Gbit/s a GPU only in bursts; half of it is reserved.
        var network = gpus > 8 ? GigabitsPerSecond.FromGigabits(200) : GigabitsPerSecond.Zero;
        var group = new TaskGroup(
            "workers", gpus / perTask, perTask, 0, models, perTask * 4000, Gibibytes.FromGibibytes(perTask * 16), network);
        var work = new SimulatedWork("training", Scaled(seconds, scale), onRack72 ? Gb200Tokens : H100Tokens, 0.9);
        return new JobSpec(queue, 100, [group], topology, work, null, null);
    }

    private static JobSpec Serving(SeededDraws draws, QueueId queue, double scale, bool decode)
    {
        var code = draws.Share() < 8_819 / (8_819.0 + 19_366);
        var tokens = (decode, code) switch
        {
            (true, true) => CodeGenerated,
            (true, false) => ConversationGenerated,
            (false, true) => CodeContext,
            (false, false) => ConversationContext,
        };
        var rack72 = draws.Share() < 0.5;
        var tasks = draws.Weighted<int>([(1, 5), (2, 3), (4, 2)]);
        var gpus = rack72 ? 4 : draws.Weighted<int>([(2, 3), (4, 4), (8, 3)]);
        var rate = rack72 ? Gb200Tokens : H100Tokens;
        // A shift of one to ten million requests for each GPU, at the traces' mean length.
        var seconds = Math.Clamp((1 + 9 * draws.Share()) * 1e6 * tokens / rate, 60, TrainingLongest);
        // Decoding is bound by memory bandwidth: 137 to 300 W were measured on 700 W parts. Prefill is bound by compute.
        var utilisation = decode ? 0.3 : 0.85;
        var group = new TaskGroup(
            "replicas", tasks, gpus, 0, [rack72 ? Rack72 : Dgx], gpus * 2000, Gibibytes.FromGibibytes(gpus * 16),
            decode ? GigabitsPerSecond.Zero : GigabitsPerSecond.FromGigabits(50));
        var topology = new TopologyRequest(null, rack72 ? TopologyLevel.NvlinkDomain : TopologyLevel.Leaf);
        var work = new SimulatedWork(decode ? "decode" : "prefill", Scaled(seconds, scale), rate, utilisation);
        return new JobSpec(queue, 300, [group], topology, work, null, null);
    }

    private static JobSpec Notebook(SeededDraws draws, QueueId queue, double scale)
    {
        var group = new TaskGroup(
            "notebook", 1, 0, draws.Weighted<int>(Shares), [Dgx], 3000, Gibibytes.FromGibibytes(12), GigabitsPerSecond.Zero);
        // Half an hour to eight hours, a working day.
        var seconds = 1800 + draws.Share() * 27_000;
        var work = new SimulatedWork("other", Scaled(seconds, scale), 0, 0.2);
        return new JobSpec(queue, 50, [group], new TopologyRequest(null, null), work, null, null);
    }

    private static TimeSpan Scaled(double seconds, double scale) => TimeSpan.FromSeconds(Math.Max(1, Math.Round(seconds * scale)));
}
