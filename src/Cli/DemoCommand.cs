using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Simulation;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl demo --trace</c>: replays a real trace into the running factory, compressed in time.</summary>
internal static class DemoCommand
{
    private const int BatchSize = 200;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    public static Command Build()
    {
        var trace = new Option<string>("--trace") { Description = "A Philly job list or an openb pod list (.csv or .csv.gz).", Required = true };
        var minutes = new Option<double>("--minutes") { Description = "How long the whole trace takes.", DefaultValueFactory = _ => 1 };
        var limit = new Option<int>("--limit") { Description = "Only the first so many jobs.", DefaultValueFactory = _ => int.MaxValue };
        var queue = new Option<string>("--queue") { Description = "The queue to submit to.", DefaultValueFactory = _ => "research" };
        var priority = new Option<int>("--priority") { Description = "The jobs' priority.", DefaultValueFactory = _ => 400 };
        var hall = CommandLine.Hall();
        var command = new Command("demo", "Replays a real trace into the running factory and reports what came of it.") { trace, minutes, limit, queue, priority, hall };
        command.Runs(async (parsed, client, cancellation) =>
        {
            var name = await CommandLine.HallOf(parsed.GetValue(hall), client);
            var jobs = Read(parsed.GetValue(trace)!, parsed.GetValue(queue)!).Take(parsed.GetValue(limit)).ToList();
            if (jobs.Count == 0)
                throw new CommandException(ExitCodes.BadInput, $"{parsed.GetValue(trace)} holds no job.");
            if (!(parsed.GetValue(minutes) > 0))
                throw new CommandException(ExitCodes.BadInput, "--minutes: give a number above 0.");
            var factory = await client.Get<FactoryResponse>("/v1/factory");
            var run = new DemoRun(client, name, jobs, TimeSpan.FromMinutes(parsed.GetValue(minutes)), factory.TimeScale, parsed.GetValue(priority));
            await run.Go(cancellation);
            return run.Report();
        });
        return command;
    }

    private static IReadOnlyList<TraceJob> Read(string path, string queue)
    {
        if (!File.Exists(path))
            throw new CommandException(ExitCodes.BadInput, $"There is no file {path}.");
        using var file = File.OpenRead(path);
        using Stream text = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(text);
        try
        {
            return TraceFile.Read(reader, path, queue);
        }
        catch (TraceFormatException fault)
        {
            throw new CommandException(ExitCodes.BadInput, fault.Message);
        }
    }

    private sealed class DemoRun
    {
        private readonly FactoryClient _client;
        private readonly string _hall;
        private readonly Queue<TraceJob> _left;
        private readonly double _perSecond;
        private readonly double _durationScale;
        private readonly int _priority;
        private readonly string _suffix = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() % 1_000_000).ToString("000000", CultureInfo.InvariantCulture);
        private readonly Stopwatch _watch = new();
        private readonly Dictionary<string, (double Submitted, double? Placed, double? Ended, string Phase)> _jobs = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _refusals = new(StringComparer.Ordinal);
        private double _gpuSeconds;

        public DemoRun(FactoryClient client, string hall, List<TraceJob> jobs, TimeSpan length, double timeScale, int priority)
        {
            (_client, _hall, _priority) = (client, hall, priority);
            _left = new Queue<TraceJob>(jobs);
            // Arrivals and run times shrink by one factor, so that the trace's load stays what it was.
            var span = jobs.Max(job => (job.At + ((SimulatedWork)job.Spec.Work).Duration).TotalSeconds);
            _perSecond = Math.Max(1, span / length.TotalSeconds);
            _durationScale = timeScale / _perSecond;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{jobs.Count} jobs over {TimeSpan.FromSeconds(span).TotalDays:0.0} days, {_perSecond:0} times faster than they were"));
        }

        private bool IsOver => _left.Count == 0 && _jobs.Values.All(job => job.Ended is not null);

        public async Task Go(CancellationToken cancellation)
        {
            var last = (await _client.Get<EventsResponse>($"/v1/halls/{_hall}/events?after={long.MaxValue}&count=1")).Last;
            _watch.Start();
            using var timer = new PeriodicTimer(Period);
            var told = 0.0;
            while (!IsOver)
            {
                await SubmitDue();
                last = await Hear(last);
                if (_watch.Elapsed.TotalSeconds - told >= 5)
                {
                    told = _watch.Elapsed.TotalSeconds;
                    Console.WriteLine(Progress());
                }
                await timer.WaitForNextTickAsync(cancellation);
            }
        }

        public int Report()
        {
            var waits = _jobs.Values.Where(job => job.Placed is not null).Select(job => (job.Placed!.Value - job.Submitted) * _perSecond).Order().ToList();
            var succeeded = _jobs.Values.Count(job => job.Phase == "Succeeded");
            Console.WriteLine(Progress());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                succeeded {succeeded} of {_jobs.Count} in {_watch.Elapsed.TotalSeconds:0.0} s
                wait      median {Percentile(waits, 0.5):0} s, 90 % {Percentile(waits, 0.9):0} s, in the trace's time
                work      {_gpuSeconds / 3600:0} GPU hours of the trace
                """));
            foreach (var (reason, count) in _refusals)
                Console.WriteLine($"not accepted {count}: {reason}");
            return succeeded == _jobs.Count && _refusals.Count == 0 ? ExitCodes.Done : ExitCodes.No;
        }

        private async Task SubmitDue()
        {
            var now = _watch.Elapsed.TotalSeconds * _perSecond;
            while (_left.Count > 0 && _left.Peek().At.TotalSeconds <= now)
            {
                var batch = new List<TraceJob>();
                while (batch.Count < BatchSize && _left.Count > 0 && _left.Peek().At.TotalSeconds <= now)
                    batch.Add(_left.Dequeue());
                var files = batch.Select(job => new FileBody(job.Name, ManifestWriter.ToJson(JobSpecs.ToManifest(Named(job), Shrunk(job))).ToJsonString())).ToList();
                var due = batch.ToDictionary(Named, job => job.At.TotalSeconds / _perSecond, StringComparer.Ordinal);
                foreach (var answer in await _client.Submit(new ApplyRequest(files)))
                {
                    if (answer.Outcome == "accepted")
                        _jobs[answer.Job] = (due[answer.Job], null, null, "");
                    else
                        _refusals[answer.Message] = _refusals.GetValueOrDefault(answer.Message) + 1;
                }
                _gpuSeconds += batch.Sum(job => job.Spec.MilliGpus / 1000.0 * ((SimulatedWork)job.Spec.Work).Duration.TotalSeconds);
            }
        }

        private async Task<long> Hear(long last)
        {
            while (true)
            {
                var page = await _client.Get<EventsResponse>($"/v1/halls/{_hall}/events?after={last}&count=1000");
                var now = _watch.Elapsed.TotalSeconds;
                foreach (var happened in page.Events)
                {
                    last = happened.Sequence;
                    var name = happened.Subject[(happened.Subject.IndexOf('/', StringComparison.Ordinal) + 1)..];
                    if (!_jobs.TryGetValue(name, out var job))
                        continue;
                    if (happened.Kind == "JobPlaced")
                        _jobs[name] = job with { Placed = job.Placed ?? now };
                    else if (happened.Kind == "JobEnded")
                        _jobs[name] = job with { Ended = now, Phase = happened.Message.Split('.')[0] };
                }
                if (page.Events.Count < 1000)
                    return last;
            }
        }

        private string Named(TraceJob job) => $"{job.Name}-{_suffix}";

        private JobSpec Shrunk(TraceJob job)
        {
            var work = (SimulatedWork)job.Spec.Work;
            var seconds = Math.Max(0.001, work.Duration.TotalSeconds * _durationScale);
            return job.Spec with { Priority = _priority, Work = work with { Duration = TimeSpan.FromSeconds(Math.Round(seconds, 3)) } };
        }

        private string Progress()
        {
            var ended = _jobs.Values.Count(job => job.Ended is not null);
            var holding = _jobs.Values.Count(job => job is { Placed: not null, Ended: null });
            return string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds,6:0.0} s: {_jobs.Count} submitted, {holding} hold GPUs, {ended} ended, {_left.Count} to come");
        }

        private static double Percentile(List<double> sorted, double share) =>
            sorted.Count == 0 ? 0 : Math.Max(0, sorted[(int)Math.Ceiling(share * sorted.Count) - 1]);
    }
}
