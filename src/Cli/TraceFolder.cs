using System.IO.Compression;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Cli;

/// <summary>Finds the traces that feed a hall in a folder or below it: as published, packed by gzip or not.</summary>
internal static class TraceFolder
{
    /// <summary>Reads <c>*_conv.csv</c>, <c>*_code.csv</c> and <c>philly*.csv</c>.</summary>
    public static HallLoad Read(string folder)
    {
        var (conversation, code, training) = (Find(folder, "*_conv.csv"), Find(folder, "*_code.csv"), Find(folder, "philly*.csv"));
        return new HallLoad(
            $"traces {Path.GetFileName(conversation)}, {Path.GetFileName(code)}, {Path.GetFileName(training)}",
            Open(conversation, LlmTrace.Read), Open(code, LlmTrace.Read), Open(training, PhillyFiles.ReadJobs));
    }

    // The shallowest: folders below hold results of experiments under like names.
    private static string Find(string folder, string name) =>
        Directory.EnumerateFiles(folder, name + "*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".csv", StringComparison.Ordinal) || file.EndsWith(".csv.gz", StringComparison.Ordinal))
            .OrderBy(file => file.Count(letter => letter == Path.DirectorySeparatorChar)).ThenBy(file => file, StringComparer.Ordinal).FirstOrDefault()
        ?? throw new FileNotFoundException($"{folder} and the folders below hold no {name} or {name}.gz.");

    /// <summary>Reads a trace of jobs; what was left out of it is told on standard error.</summary>
    public static IReadOnlyList<TracedJob> Jobs(string file, string? format, bool leaveOut)
    {
        var trace = Open(file, (reader, name) => JobTraces.Read(reader, name, format, leaveOut));
        if (trace.LeftOut > 0)
            Console.Error.WriteLine($"{file}: {trace.LeftOut} jobs of unknown size or run time are left out, {trace.Jobs.Count} stay.");
        return trace.Jobs;
    }

    /// <summary>Opens a file, packed by gzip or not.</summary>
    public static T Open<T>(string file, Func<TextReader, string, T> read)
    {
        using var reader = Reader(file);
        return read(reader, file);
    }

    /// <summary>A file's text, packed by gzip or not.</summary>
    public static StreamReader Reader(string file)
    {
        var stream = File.OpenRead(file);
        return new StreamReader(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
    }
}
