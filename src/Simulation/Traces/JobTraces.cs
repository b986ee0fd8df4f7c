using ControlPlane.Domain;
using ControlPlane.Simulation.Openb;
using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation;

/// <summary>Reads traces of gangs with submission, size and run time, and tells by the first line what they are.</summary>
public static class JobTraces
{
    /// <summary>A hundred years: bounds the sums that a replay makes of times.</summary>
    internal const long MostSeconds = 3_155_760_000;

    /// <summary>More than any hall holds.</summary>
    internal const int MostGpus = 100_000;

    /// <summary>The formats: Microsoft's Philly job lists, and the standard workload format of the Parallel Workloads Archive.</summary>
    public static ValueList<string> Formats { get; } = ["philly", "swf"];

    /// <summary>Reads a trace.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="format">One of <see cref="Formats"/>; null goes by the first line.</param>
    /// <param name="leaveOut">Leaves jobs out of which the trace does not know size or run time; such jobs are refused otherwise.</param>
    /// <exception cref="TraceFormatException">The format is not known, or a line cannot be read.</exception>
    public static JobTrace Read(TextReader reader, string file, string? format = null, bool leaveOut = false)
    {
        ArgumentNullException.ThrowIfNull(reader);
        // Lines of a table of numbers begin with a number or a comment; a table with columns begins with their names.
        format ??= reader.Peek() is var first && (first == ';' || first == ' ' || first == '-' || (first >= '0' && first <= '9')) ? "swf" : null;
        if (format == "swf")
            return SwfTrace.Read(reader, file, leaveOut);
        var table = new CsvTable(reader, file);
        if (format == "philly" || PhillyTrace.Columns.All(table.Has))
            return new JobTrace("philly", PhillyFiles.ReadJobs(table, file), 0);
        var right = format is not null ? $"the format '{format}' is not one of {string.Join(", ", Formats)}"
            : LlmTrace.Columns.All(table.Has) ? "this is a trace of requests; a trace of jobs was expected"
            : OpenbFiles.PodColumns.All(table.Has) ? "this is a list of pods, which 'factoryctl replay openb' places; a trace of jobs was expected"
            : $"the header is not that of a Philly job list ({string.Join(',', PhillyTrace.Columns)}), and the file is no standard workload format either, whose lines hold 18 numbers";
        throw new TraceFormatException(file, 1, "", right);
    }
}

/// <summary>A trace of jobs.</summary>
/// <param name="Format">The format it was read in.</param>
/// <param name="Jobs">The jobs, in order of submission.</param>
/// <param name="LeftOut">Jobs that were left out because the trace does not know their size or run time.</param>
public sealed record JobTrace(string Format, IReadOnlyList<TracedJob> Jobs, int LeftOut);
