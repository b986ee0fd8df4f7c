using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Simulation;

/// <summary>Job lists derived from Microsoft's Philly traces: gangs with submission, GPUs and duration in seconds.</summary>
internal static class PhillyTrace
{
    /// <summary>GPUs of a Philly server: a gang takes whole servers and one part of a server.</summary>
    private const int ServerGpus = 8;

    public static readonly string[] Columns = ["job_id", "vc", "submit", "gpus", "duration"];

    public static IEnumerable<TraceJob> Read(CsvTable table, string queue)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var jobs = new List<TraceJob>();
        foreach (var row in table.Rows())
        {
            var name = "philly-" + row.Name("job_id").ToLowerInvariant();
            if (!Names.IsValid(name) || !names.Add(name))
                throw row.Wrong("job_id", $"'{row.Text("job_id")}' is not unique or has other characters than letters, digits and dashes");
            // A hundred years bound the sums that a replay makes of them.
            var submit = row.Whole("submit", 0, 3_155_760_000);
            var duration = row.Whole("duration", 0, 3_155_760_000);
            jobs.Add(new TraceJob(TimeSpan.FromSeconds(submit), name, SpecOf(row.Count("gpus", 1, 100_000), duration, queue)));
        }
        return jobs;
    }

    private static JobSpec SpecOf(int gpus, long seconds, string queue)
    {
        var groups = new List<TaskGroup>();
        if (gpus / ServerGpus > 0)
            groups.Add(Group("servers", gpus / ServerGpus, ServerGpus));
        if (gpus % ServerGpus > 0)
            groups.Add(Group("rest", 1, gpus % ServerGpus));
        return new JobSpec(
            new QueueId(queue), 100, groups.ToValueList(), new TopologyRequest(null, null),
            new SimulatedWork("training", TimeSpan.FromSeconds(seconds), 0, 1), null, null);
    }

    private static TaskGroup Group(string name, int count, int gpus) =>
        new(name, count, gpus, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero);
}
