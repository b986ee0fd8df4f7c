using ControlPlane.Simulation.Openb;

namespace ControlPlane.Simulation;

/// <summary>Reads a job trace and tells by its header what it is.</summary>
public static class TraceFile
{
    /// <summary>
    /// Reads a trace: a pod list of Alibaba's 2023 GPU trace, or a Philly list (<c>job_id,vc,submit,gpus,duration</c>).
    /// Any GPU model is allowed, since halls hold other models than the traced clusters. Jobs come in order of submission.
    /// </summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="queue">The queue that the jobs are submitted to.</param>
    /// <exception cref="TraceFormatException">The header is not known or a line cannot be read.</exception>
    public static IReadOnlyList<TraceJob> Read(TextReader reader, string file, string queue = "default")
    {
        var table = new CsvTable(reader, file);
        var jobs = table switch
        {
            _ when PhillyTrace.Columns.All(table.Has) => PhillyTrace.Read(table, queue),
            _ when OpenbFiles.PodColumns.All(table.Has) => Pods(table, queue),
            _ => throw new TraceFormatException(
                file, 1, "", $"the header is neither a Philly job list ({string.Join(',', PhillyTrace.Columns)}) "
                + $"nor an openb pod list ({string.Join(',', OpenbFiles.PodColumns)})"),
        };
        return [.. jobs.OrderBy(job => job.At)];
    }

    private static IEnumerable<TraceJob> Pods(CsvTable table, string queue) =>
        OpenbFiles.ReadPods(table).Select(pod => new TraceJob(
            TimeSpan.FromSeconds(pod.CreatedSeconds), pod.Name,
            OpenbHall.SpecOf(pod, anyModel: true) with { Queue = new Domain.QueueId(queue) }));
}
