using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Openb;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl replay openb</c>: runs the published placement experiment through the product's placer.</summary>
internal static class ReplayCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Builds the command.</summary>
    public static Command Build() => new("replay", "Replays a published experiment.") { Openb(), JobReplayCommand.Build() };

    private static Command Openb()
    {
        var nodes = Required("--nodes", "Node list of the trace (.csv or .csv.gz).");
        var pods = Required("--pods", "Pod list of the trace (.csv or .csv.gz).");
        var order = Required("--order", "Order of arrival: a column 'pod' (.csv or .csv.gz).");
        var ranks = Required("--node-rank", "Rank of each node, which decides between equal scores: 'sn,rank'.");
        var policy = new Option<string>("--policy") { Description = "How a node is chosen.", Required = true };
        policy.AcceptOnlyFromAmong([.. OpenbReplay.Policies]);
        var seed = new Option<ulong>("--seed") { Description = "Seed of the random policy.", DefaultValueFactory = _ => 42 };
        var moves = new Option<bool>("--moves") { Description = "Lets pods that fit nowhere in by moving placed pods, all of which stay placed." };
        var written = new Option<string?>("--out") { Description = "Writes every decision to this file; with --moves, where each pod is at the end." };
        var format = new Option<string>("--output", "-o") { Description = "json or text.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("json", "text");
        var command = new Command("openb", "Alibaba's 2023 GPU trace: pods arrive one by one, none leaves.")
        {
            nodes, pods, order, ranks, policy, seed, moves, written, format,
        };
        command.SetAction(parsed => CommandLine.Guarded(() =>
        {
            var nodeList = TraceFolder.Open(parsed.GetValue(nodes)!, OpenbFiles.ReadNodes);
            var podList = TraceFolder.Open(parsed.GetValue(pods)!, OpenbFiles.ReadPods);
            var known = podList.Select(pod => pod.Name).ToHashSet(StringComparer.Ordinal);
            var arrivals = TraceFolder.Open(parsed.GetValue(order)!, (reader, file) => OpenbFiles.ReadOrder(reader, file, known));
            var rankList = TraceFolder.Open(parsed.GetValue(ranks)!, (reader, file) => OpenbFiles.ReadRanks(reader, file, nodeList));
            var watch = Stopwatch.StartNew();
            var result = OpenbReplay.Run(nodeList, podList, arrivals, rankList, parsed.GetValue(policy)!, parsed.GetValue(seed), parsed.GetValue(moves));
            var seconds = watch.Elapsed.TotalSeconds;
            if (parsed.GetValue(written) is { } path)
                Write(path, result);
            var summary = Summary(result, seconds);
            if (parsed.GetValue(moves))
                summary.Add("moves", result.Moves);
            Print(summary, parsed.GetValue(format)!);
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Option<string> Required(string name, string description) => new(name) { Description = description, Required = true };

    private static Dictionary<string, object> Summary(OpenbResult result, double seconds) => new()
    {
        ["pods"] = result.Decisions.Count,
        ["failed"] = result.Failed,
        ["failedCpu"] = result.FailedCpu,
        ["failedShare"] = result.FailedShare,
        ["failed1Gpu"] = result.FailedWhole(1),
        ["failed2Gpu"] = result.FailedWhole(2),
        ["failed4Gpu"] = result.FailedWhole(4),
        ["failed8Gpu"] = result.FailedWhole(8),
        ["gpuUsedMilli"] = result.GpuUsedMilli,
        ["unallocatedGpus"] = Math.Round(result.UnallocatedGpus, 3),
        ["boundUnallocatedGpus"] = Math.Round(result.BoundUnallocatedGpus, 3),
        ["allocAt100"] = result.AllocatedAt(100),
        ["allocAt110"] = result.AllocatedAt(110),
        ["allocAt120"] = result.AllocatedAt(120),
        ["allocAt130"] = result.AllocatedAt(130),
        ["placementFnv1a64"] = result.PlacementHash().ToString("x16", CultureInfo.InvariantCulture),
        ["seconds"] = Math.Round(seconds, 3),
    };

    private static void Print(Dictionary<string, object> summary, string format)
    {
        if (format == "json")
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(summary, Json));
            return;
        }
        foreach (var (name, value) in summary)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-21} {value}"));
    }

    private static void Write(string path, OpenbResult result)
    {
        using var writer = new StreamWriter(path);
        result.WriteTo(writer);
    }
}
