namespace ControlPlane.Simulation.Philly;

/// <summary>Reads Philly job lists for the experiment.</summary>
public static class PhillyFiles
{
    /// <summary>A hundred years: bounds the sums that a replay makes of times.</summary>
    private const long MostSeconds = 3_155_760_000;

    /// <summary>Reads <c>job_id,vc,submit,gpus,duration</c>, with numbers as ids.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">The file is empty, a column is missing or a line cannot be read.</exception>
    public static IReadOnlyList<PhillyJob> ReadJobs(TextReader reader, string file)
    {
        var table = new CsvTable(reader, file);
        table.Require(PhillyTrace.Columns);
        var ids = new HashSet<long>();
        var jobs = new List<PhillyJob>();
        foreach (var row in table.Rows())
        {
            var id = row.Whole("job_id", 0, long.MaxValue);
            if (!ids.Add(id))
                throw row.Wrong("job_id", $"{id} stands there twice");
            jobs.Add(new PhillyJob(id, row.Whole("submit", 0, MostSeconds), row.Count("gpus", 1, 100_000), row.Whole("duration", 1, MostSeconds)));
        }
        return jobs.Count > 0 ? jobs : throw new TraceFormatException(file, 2, "", "at least one job was expected");
    }
}
