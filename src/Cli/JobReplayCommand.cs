using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Replay;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl replay jobs</c>: gang jobs in time, through the product's placer and timeline.</summary>
internal static class JobReplayCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var trace = new Option<string>("--trace") { Description = "Job trace (.gz too): a Philly list (job_id,vc,submit,gpus,duration) or the standard workload format (SWF), whose processors stand for GPUs.", Required = true };
        var kind = new Option<string?>("--format") { Description = "philly or swf; by default told from the file." };
        kind.AcceptOnlyFromAmong([.. JobTraces.Formats]);
        var leaveOut = new Option<bool>("--leave-out-unknown") { Description = "Leaves jobs out whose size or run time the trace does not know, and says how many; otherwise they are refused." };
        var gpus = new Option<int?>("--gpus") { Description = "A flat pool of so many GPUs." };
        var nodes = new Option<int?>("--nodes") { Description = "So many nodes of 8 GPUs." };
        var racks = new Option<int>("--rack-nodes") { Description = "For the factory policies: nodes of a rack; eight racks are a leaf, which gangs of several nodes prefer.", DefaultValueFactory = _ => 4 };
        var quotas = new Option<string[]>("--quota") { Description = "For the factory policies: CLUSTER=GPUS guarantees so many GPUs to a virtual cluster (Philly) or queue (SWF: queue-N); may be repeated.", AllowMultipleArgumentsPerToken = true };
        var policy = new Option<string>("--policy") { Description = "Who starts when; 'all' compares them.", Required = true };
        policy.AcceptOnlyFromAmong([.. JobReplay.Policies, "all"]);
        var written = new Option<string?>("--out") { Description = "Writes start and end of every job to this file." };
        var format = new Option<string>("--output", "-o") { Description = "json or text.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("json", "text");
        var command = new Command("jobs", "Jobs of a trace in time, with exact run times and no overheads.")
        {
            trace, kind, leaveOut, gpus, nodes, racks, quotas, policy, written, format,
        };
        command.Aliases.Add("philly");
        command.SetAction(parsed => CommandLine.Guarded(() =>
        {
            var jobs = TraceFolder.Jobs(parsed.GetValue(trace)!, parsed.GetValue(kind), parsed.GetValue(leaveOut));
            var hall = HallOf(parsed.GetValue(gpus), parsed.GetValue(nodes), parsed.GetValue(racks), QuotasOf(parsed.GetValue(quotas) ?? []));
            var chosen = parsed.GetValue(policy)!;
            var policies = chosen == "all" ? JobReplay.Policies : [chosen];
            var runs = policies.Select(one => Run(jobs, hall, one)).ToList();
            if (parsed.GetValue(written) is { } file)
                Write(file, runs);
            Print(runs, parsed.GetValue(format)!, isOne: chosen != "all");
            return ExitCodes.Done;
        }));
        return command;
    }

    private static ReplayHall HallOf(int? gpus, int? nodes, int rackNodes, Dictionary<string, int> quotas) => (gpus, nodes) switch
    {
        ({ } pool, null) => ReplayHall.Pool(pool, quotas),
        (null, { } servers) => ReplayHall.Servers(servers, rackNodes, quotas),
        _ => throw new ArgumentException("Give either --gpus or --nodes."),
    };

    private static Dictionary<string, int> QuotasOf(string[] texts)
    {
        var quotas = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (text.Split('=') is not [{ Length: > 0 } name, var count] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var gpus) || !quotas.TryAdd(name, gpus))
                throw new ArgumentException($"--quota: CLUSTER=GPUS was expected, each cluster once, not '{text}'.");
        }
        return quotas;
    }

    private static (string Policy, ReplayResult Result, double Seconds) Run(IReadOnlyList<TracedJob> jobs, ReplayHall hall, string policy)
    {
        var watch = Stopwatch.StartNew();
        var result = JobReplay.Run(jobs, hall, policy);
        return (policy, result, watch.Elapsed.TotalSeconds);
    }

    private static void Write(string file, List<(string Policy, ReplayResult Result, double Seconds)> runs)
    {
        if (runs.Count != 1)
            throw new ArgumentException("--out is for one policy: it holds the start and end of every job under it.");
        using var writer = new StreamWriter(file);
        runs[0].Result.WriteTo(writer);
    }

    // The figures of one policy alone stand by themselves; they are the same at every run, so how long it took is not among them.
    private static void Print(List<(string Policy, ReplayResult Result, double Seconds)> runs, string format, bool isOne)
    {
        if (format == "json")
        {
            var all = runs.Select(run => (isOne ? [] : new[] { ("policy", (object)run.Policy) })
                .Concat(run.Result.Figures()).ToDictionary(figure => figure.Item1, figure => figure.Item2)).ToList();
            Console.Out.WriteLine(isOne ? JsonSerializer.Serialize(all[0]) : JsonSerializer.Serialize(all));
            return;
        }
        List<(string Name, Func<(string Policy, ReplayResult Result, double Seconds), object> Of)> rows =
        [
            .. runs[0].Result.Figures().Select((figure, index) => (figure.Name, (Func<(string, ReplayResult Result, double), object>)(run => run.Result.Figures()[index].Value))),
            ("meanJct", run => Math.Round(run.Result.MeanCompletion, 3)),
            ("meanWait", run => Math.Round(run.Result.MeanWait, 3)),
            ("seconds", run => Math.Round(run.Seconds, 3)),
        ];
        Table.Print(
            ["", .. runs.Select(run => run.Policy.ToUpperInvariant())],
            rows.Select(row => (IReadOnlyList<string>)[row.Name, .. runs.Select(run => Convert.ToString(row.Of(run), CultureInfo.InvariantCulture)!)]));
    }
}
