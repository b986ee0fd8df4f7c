using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation;

/// <summary>Reads Philly job lists for replays.</summary>
public static class PhillyFiles
{
    /// <summary>Reads <c>job_id,vc,submit,gpus,duration</c>, with numbers as ids, in order of submission.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">The file is empty, a column is missing, a line cannot be read, or a job was submitted before the one above it.</exception>
    public static IReadOnlyList<TracedJob> ReadJobs(TextReader reader, string file) => ReadJobs(new CsvTable(reader, file), file);

    internal static IReadOnlyList<TracedJob> ReadJobs(CsvTable table, string file)
    {
        table.Require(PhillyTrace.Columns);
        var ids = new HashSet<long>();
        var jobs = new List<TracedJob>();
        foreach (var row in table.Rows())
        {
            var id = row.Whole("job_id", 0, long.MaxValue);
            if (!ids.Add(id))
                throw row.Wrong("job_id", $"{id} stands there twice");
            var submit = row.Whole("submit", 0, JobTraces.MostSeconds);
            if (jobs.Count > 0 && submit < jobs[^1].Submit)
                throw row.Wrong("submit", $"jobs must stand in order of submission, and {submit} is before the {jobs[^1].Submit} above it");
            jobs.Add(new TracedJob(id, submit, row.Count("gpus", 1, JobTraces.MostGpus), row.Whole("duration", 1, JobTraces.MostSeconds)) { Queue = row.Text("vc") });
        }
        return jobs.Count > 0 ? jobs : throw new TraceFormatException(file, 2, "", "at least one job was expected");
    }
}
