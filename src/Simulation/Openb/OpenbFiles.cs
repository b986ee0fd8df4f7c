namespace ControlPlane.Simulation.Openb;

/// <summary>Reads the files of the openb placement experiment.</summary>
public static class OpenbFiles
{
    // Largest values that still fit the scheduler's own figures; the trace's are far smaller.
    private const long MostMebibytes = 1L << 40;
    private const long MostSeconds = 1L << 40;

    /// <summary>Columns that tell a pod list from other files.</summary>
    internal static readonly string[] PodColumns = ["name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli"];

    /// <summary>Reads a node list (<c>sn,cpu_milli,memory_mib,gpu,model</c>).</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">Something cannot be read.</exception>
    public static IReadOnlyList<OpenbNode> ReadNodes(TextReader reader, string file)
    {
        var table = new CsvTable(reader, file);
        table.Require("sn", "cpu_milli", "memory_mib", "gpu", "model");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var nodes = new List<OpenbNode>();
        foreach (var row in table.Rows())
        {
            var node = new OpenbNode(
                row.Name("sn"), row.Count("cpu_milli"), row.Whole("memory_mib", 0, MostMebibytes),
                row.Count("gpu", 0, 64), row.Text("model"));
            if (!names.Add(node.Name))
                throw row.Wrong("sn", $"{node.Name} is listed twice");
            if (node.Gpus > 0 && node.Model.Length == 0)
                throw row.Wrong("model", "a node with GPUs must name their model");
            nodes.Add(node);
        }
        return nodes;
    }

    /// <summary>Reads a pod list; only the first five columns are needed.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">Something cannot be read.</exception>
    public static IReadOnlyList<OpenbPod> ReadPods(TextReader reader, string file) => ReadPods(new CsvTable(reader, file));

    /// <summary>Reads the names of one column, in the file's order.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="known">The names that may occur.</param>
    /// <exception cref="TraceFormatException">Something cannot be read or is not known.</exception>
    public static IReadOnlyList<string> ReadOrder(TextReader reader, string file, IReadOnlySet<string> known)
    {
        var table = new CsvTable(reader, file);
        table.Require("pod");
        var order = new List<string>();
        foreach (var row in table.Rows())
        {
            var pod = row.Name("pod");
            if (!known.Contains(pod))
                throw row.Wrong("pod", $"'{pod}' is not in the pod list");
            order.Add(pod);
        }
        return order;
    }

    /// <summary>Reads the rank of every node (<c>sn,rank</c>): of equal scores the lowest rank wins.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="nodes">The nodes, each of which must have a rank.</param>
    /// <exception cref="TraceFormatException">Something cannot be read, or a node has no rank of its own.</exception>
    public static IReadOnlyList<int> ReadRanks(TextReader reader, string file, IReadOnlyList<OpenbNode> nodes)
    {
        var table = new CsvTable(reader, file);
        table.Require("sn", "rank");
        var index = nodes.Select((node, at) => (node.Name, at)).ToDictionary(entry => entry.Name, entry => entry.at, StringComparer.Ordinal);
        var ranks = new int[nodes.Count];
        Array.Fill(ranks, -1);
        var taken = new HashSet<int>();
        foreach (var row in table.Rows())
        {
            if (!index.TryGetValue(row.Name("sn"), out var node))
                throw row.Wrong("sn", $"'{row.Text("sn")}' is not in the node list");
            var rank = row.Count("rank");
            if (!taken.Add(rank) || ranks[node] >= 0)
                throw row.Wrong("rank", "each node has one rank and each rank one node");
            ranks[node] = rank;
        }
        var missing = Array.IndexOf(ranks, -1);
        return missing < 0 ? ranks : throw new TraceFormatException(file, 1, "sn", $"node {nodes[missing].Name} has no rank");
    }

    internal static IReadOnlyList<OpenbPod> ReadPods(CsvTable table)
    {
        table.Require(PodColumns);
        var timed = table.Has("creation_time") && table.Has("deletion_time");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var pods = new List<OpenbPod>();
        foreach (var row in table.Rows())
        {
            var gpus = row.Count("num_gpu", 0, 64);
            var milli = row.Count("gpu_milli", gpus > 0 ? 1 : 0, 1000);
            if (gpus > 1 && milli != 1000)
                throw row.Wrong("gpu_milli", "a pod with several GPUs takes 1000 of each");
            var pod = new OpenbPod(
                row.Name("name"), row.Count("cpu_milli"), row.Whole("memory_mib", 0, MostMebibytes), gpus, gpus > 0 ? milli : 0,
                row.TextOrEmpty("gpu_spec"),
                timed ? row.Whole("creation_time", 0, MostSeconds) : 0, timed ? row.Whole("deletion_time", 0, MostSeconds) : 0);
            if (!names.Add(pod.Name))
                throw row.Wrong("name", $"{pod.Name} is listed twice");
            if (timed && pod.DeletedSeconds < pod.CreatedSeconds)
                throw row.Wrong("deletion_time", "a pod is not deleted before it is created");
            pods.Add(pod);
        }
        return pods;
    }
}
