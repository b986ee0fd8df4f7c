using System.Globalization;
using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation;

/// <summary>
/// The standard workload format of the Parallel Workloads Archive, version 2: comments after a semicolon, then one job a
/// line as 18 numbers, -1 where something is unknown. Processors stand for GPUs one for one: those that were allocated, or
/// where these are unknown those that were asked for. The queue is that of field 15.
/// </summary>
internal static class SwfTrace
{
    private static readonly string[] Fields =
    [
        "job number", "submit time", "wait time", "run time", "allocated processors", "average CPU time used", "used memory",
        "requested processors", "requested time", "requested memory", "status", "user", "group", "executable", "queue",
        "partition", "preceding job", "think time",
    ];

    private static readonly char[] Blanks = [' ', '\t'];

    public static JobTrace Read(TextReader reader, string file, bool leaveOut)
    {
        var (jobs, ids, leftOut, last) = (new List<TracedJob>(), new HashSet<long>(), 0, -1L);
        for (var (line, number) = (reader.ReadLine(), 1); line is not null; line = reader.ReadLine(), number++)
        {
            if (line.AsSpan().TrimStart() is [] or [';', ..])
                continue;
            var row = new Row(file, number, line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries));
            var id = row.Whole(0, 1, long.MaxValue);
            if (!ids.Add(id))
                throw row.Wrong(0, $"{id} stands there twice");
            var submit = row.Whole(1, 0, JobTraces.MostSeconds);
            if (submit < last)
                throw row.Wrong(1, $"jobs must stand in order of submission, and {submit} is before the {last} above it");
            last = submit;
            if (row.Job(id, submit, leaveOut) is { } job)
                jobs.Add(job);
            else
                leftOut++;
        }
        return jobs.Count > 0 ? new JobTrace("swf", jobs, leftOut) : throw new TraceFormatException(file, 1, "", "at least one job was expected");
    }

    private sealed class Row
    {
        private readonly string _file;
        private readonly int _line;
        private readonly string[] _cells;

        public Row(string file, int line, string[] cells)
        {
            (_file, _line, _cells) = (file, line, cells);
            if (cells.Length != Fields.Length)
                throw new TraceFormatException(file, line, "", $"the line has {cells.Length} fields; the standard workload format has {Fields.Length}");
            // Fields that a replay does not use are read all the same: a shifted line shows in them.
            for (var field = 0; field < Fields.Length; field++)
                Number(field);
        }

        public TracedJob? Job(long id, long submit, bool leaveOut)
        {
            var seconds = Whole(3, -1, JobTraces.MostSeconds);
            var (allocated, asked) = ((int)Whole(4, -1, JobTraces.MostGpus), (int)Whole(7, -1, JobTraces.MostGpus));
            var gpus = allocated > 0 ? allocated : asked;
            if (seconds > 0 && gpus > 0)
                return new TracedJob(id, submit, gpus, seconds) { Queue = Number(14) >= 0 ? $"queue-{Number(14)}" : "" };
            if (leaveOut)
                return null;
            throw seconds <= 0
                ? Wrong(3, $"a run time of 1 s or more was expected, not {seconds}: such jobs are left out only when that is asked for")
                : Wrong(4, $"1 processor or more was expected here or in field 8, not {allocated} and {asked}: such jobs are left out only when that is asked for");
        }

        public long Whole(int field, long least, long most)
        {
            var value = Number(field);
            return value == Math.Floor(value) && value >= least && value <= most
                ? (long)value
                : throw Wrong(field, $"a whole number from {least} to {most} was expected, not '{_cells[field]}'");
        }

        public TraceFormatException Wrong(int field, string right) => new(_file, _line, $"{field + 1} ({Fields[field]})", right);

        // Average CPU time may have a fraction, and -1 is the only negative number there is.
        private double Number(int field) =>
            double.TryParse(_cells[field], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 or -1
                ? value
                : throw Wrong(field, $"a number of 0 or more, or -1 for unknown, was expected, not '{_cells[field]}'");
    }
}
