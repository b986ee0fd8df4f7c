using System.IO.Compression;
using ControlPlane.Simulation.Openb;

namespace ControlPlane.Conformance.Tests;

/// <summary>The published placement experiment's files; tests are skipped where they are absent.</summary>
internal static class OpenbTrace
{
    /// <summary>Every workload that comes with its order of arrival, and the seed of that.</summary>
    public static TheoryData<string, int> Workloads { get; } = new()
    {
        { "default", 42 }, { "default", 43 }, { "default", 44 }, { "default", 45 }, { "default", 46 },
        { "gpushare40", 42 }, { "multigpu20", 42 }, { "gpuspec10", 42 },
    };

    private static string Folder => Path.Combine(SharedFolder.Find(), "traces", "openb");

    /// <summary>Replays a workload that comes with its order of arrival.</summary>
    public static OpenbResult Replay(string workload, int seed, string policy, bool moves = false)
    {
        // The workload with model restrictions has the default's order of nodes.
        var ranks = workload is "default" or "gpuspec10" ? $"seed{seed}" : $"{workload}_seed{seed}";
        var nodes = Nodes();
        var pods = OpenbFiles.ReadPods(Reader($"openb_pod_list_{workload}.csv"), "pods");
        var known = pods.Select(pod => pod.Name).ToHashSet(StringComparer.Ordinal);
        var order = OpenbFiles.ReadOrder(Reader($"golden/order_{workload}_seed{seed}.csv.gz"), "order", known);
        return OpenbReplay.Run(
            nodes, pods, order, OpenbFiles.ReadRanks(Reader($"golden/noderank_{ranks}.csv.gz"), "ranks", nodes), policy, 42, moves);
    }

    /// <summary>The nodes of every workload.</summary>
    public static IReadOnlyList<OpenbNode> Nodes() => OpenbFiles.ReadNodes(Reader("openb_node_list_gpu_node.csv"), "nodes");

    /// <summary>The published totals, one row for each run.</summary>
    public static IEnumerable<Dictionary<string, string>> Summary()
    {
        var lines = Content("golden/summary.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var header = lines[0].TrimEnd('\r').Split(',');
        return lines.Skip(1).Select(line => header.Zip(line.TrimEnd('\r').Split(',')).ToDictionary(cell => cell.First, cell => cell.Second));
    }

    private static StringReader Reader(string name) => new(Content(name));

    /// <summary>A file of the experiment, unpacked.</summary>
    public static string Content(string name)
    {
        using var file = File.OpenRead(Path.Combine(Folder, name));
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
