using System.CommandLine;
using System.Globalization;
using ControlPlane.Domain.Manifests;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Serving;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Cli.Twin;

/// <summary><c>factoryctl twin</c>: a hall in virtual time, from event to event, by the product's own scheduler.</summary>
internal static class TwinCommand
{
    private static readonly Option<string[]> Files = new("--file", "-f") { Description = "The hall's manifests: files or folders.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int?> Gpus = new("--gpus") { Description = "Instead of manifests: a hall of DGX H100 racks with at least so many GPUs." };
    private static readonly Option<string?> Snapshot = new("--snapshot") { Description = "Instead of manifests: a running hall as 'factoryctl snapshot' wrote it, with its jobs, limits and closed nodes: what if, from now on." };
    private static readonly Option<bool> FromNow = new("--from-now") { Description = "Instead of manifests: the hall of a running host as it is at this moment, with its jobs as far as they are: what if, from now on." };
    private static readonly Option<string?> Trace = new("--trace") { Description = "Job trace (Philly list or SWF, .gz too)." };
    private static readonly Option<string?> Format = new("--format") { Description = "philly or swf; by default told from the file." };
    private static readonly Option<bool> LeaveOut = new("--leave-out-unknown") { Description = "Leaves jobs out whose size or run time the trace does not know." };
    private static readonly Option<double?> Load = new("--load") { Description = "Draws gangs without end, as the trace's, so often that they ask for this share of the hall; without it the trace itself is played once." };
    private static readonly Option<string?> Requests = new("--requests") { Description = "A trace of requests (TIMESTAMP,ContextTokens,GeneratedTokens) for an inference service, over and over." };
    private static readonly Option<int> Replicas = new("--replicas") { Description = "Replicas of the service, 8 GPUs each.", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Rate = new("--rate") { Description = "How many times as fast as in their trace the requests come.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Services = new("--services") { Description = "Instead of --requests: a JSON file with several services, [{\"name\": \"chat\", \"requests\": \"chat.csv\", \"replicas\": 4, \"rate\": 2, \"model\": {\"name\", \"gpus\", \"readTokensPerSecond\", \"stepMilliseconds\", \"perRequestMilliseconds\", \"mostBatch\", \"source\"}}]; traces lie beside it." };
    private static readonly Option<string> Queue = new("--queue") { Description = "The queue of jobs whose own is not declared.", DefaultValueFactory = _ => "default" };
    private static readonly Option<double> Network = new("--network-per-gpu") { Description = "Gb/s that each GPU of a gang of the trace needs beyond one NVLink domain; by it gangs reserve trunks." };
    private static readonly Option<double> Days = new("--days") { Description = "Until so many days from the start of the run.", DefaultValueFactory = _ => 365 };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "The same seed gives the same bytes.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Sample = new("--row-seconds") { Description = "Seconds of a row of results, 1 to 21,600.", DefaultValueFactory = _ => 3600 };

    /// <summary>Builds the command.</summary>
    public static Command Build() => new("twin", "Runs a hall for a year in virtual time before buying a rack.")
    {
        Run(), TwinForkCommand.Build(), TwinTrainingCommand.Build(),
    };

    private static LongCommand Run()
    {
        var changes = new TwinOptions();
        var folder = new Option<string?>("--out") { Description = "A folder for outcome.json and the tables." };
        var forms = ResultFiles.FormOption();
        var save = new Option<string?>("--save") { Description = "Saves the state at the end to this file, for 'twin fork' and --from." };
        var from = new Option<string?>("--from") { Description = "Goes on from a saved state; what else is given here changes the plan from there on." };
        var output = CommandLine.Output();
        var command = new LongCommand("run", "Runs it. Ctrl-C ends it with what holds until then. Exit code 0: run to its end, 1: stopped.")
        {
            Files, CommandLine.Hall(), Gpus, Snapshot, FromNow, Trace, Format, LeaveOut, Load, Requests, Replicas, Rate, Services, Queue, Network, Days, Seed, Sample, folder, forms, save, from, output,
        };
        foreach (var option in changes.All)
            command.Options.Add(option);
        command.SetAction((parsed, _) => Guarded(async () =>
        {
            var days = LengthOf(parsed.GetValue(Days));
            var twin = parsed.GetValue(from) is { } state ? Forked(state, changes, parsed) : new EventTwin(changes.Over(await PlanOf(parsed), parsed));
            if (days * 8.64e7 < twin.Now)
                throw new ArgumentException($"--days: the state stands at day {Text(twin.Now / 8.64e7)}; give that many or more.");
            var whole = TwinRunner.Run(twin, days, "twin");
            var outcome = twin.Outcome(whole);
            if (parsed.GetValue(folder) is { } path)
                await TwinFiles.Write(path, outcome, parsed.GetValue(forms)!);
            if (parsed.GetValue(save) is { } file)
                await ResultFiles.Put(file, stream => ResultFiles.Text(stream, writer => writer.Write(twin.Save())));
            Print(outcome, parsed.GetValue(output)!);
            return whole ? ExitCodes.Done : ExitCodes.No;
        }));
        return command;
    }

    /// <summary>The state of a file under the plan as changed.</summary>
    public static EventTwin Forked(string file, TwinOptions changes, ParseResult parsed)
    {
        var trunk = EventTwin.Load(File.ReadAllText(file), file);
        var plan = changes.Over(trunk.Plan, parsed);
        return plan == trunk.Plan ? trunk : trunk.Fork(plan);
    }

    /// <summary>A length that can be run.</summary>
    public static double LengthOf(double days) =>
        days is > 0 and <= 36_500 ? days : throw new ArgumentException($"--days: above 0 and at most 36,500 was expected, not {Text(days)}.");

    /// <summary>Bad input is one line and exit code 2, as everywhere.</summary>
    public static async Task<int> Guarded(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (CommandException fault)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return fault.ExitCode;
        }
        catch (Exception fault) when (fault is TraceFormatException or IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            await Console.Error.WriteLineAsync("factoryctl: " + fault.Message);
            return ExitCodes.BadInput;
        }
    }

    /// <summary>Prints an outcome.</summary>
    public static void Print(TwinOutcome outcome, string output)
    {
        if (output != "table")
        {
            Console.WriteLine(TwinFiles.Summary(outcome));
            return;
        }
        Console.WriteLine($"{(outcome.IsWhole ? "" : "STOPPED: ")}{Text(outcome.Days)} days, seed {outcome.Seed}");
        Console.WriteLine();
        Table.Print(["FIGURE", "VALUE", ""], outcome.Figures.Select(figure => (IReadOnlyList<string>)[figure.Name, Text(figure.Value), figure.Unit]));
        if (outcome.Services.Count > 0)
        {
            Console.WriteLine();
            Table.Print(
                ["SERVICE", "REPLICAS", "TOKENS", "BATCH", "LOAD", "DOWN H", "FIRST TOKEN S p50/p90/p99", "PER TOKEN", "LAST TOKEN"],
                outcome.Services.Select(one => (IReadOnlyList<string>)[one.Name, Text(one.MeanReplicas), Text(one.Tokens), Text(one.MeanBatch), Text(one.Load), Text(one.DownHours), Texts(one.FirstTokenSeconds), Texts(one.PerTokenSeconds), Texts(one.LastTokenSeconds)]));
        }
        Console.WriteLine();
        Table.Print(["ASSUMED", "", "SOURCE"], outcome.Assumptions.Select(one => (IReadOnlyList<string>)[one.Name, one.Value, one.Source]));
    }

    /// <summary>A number for a table: four significant digits.</summary>
    public static string Text(double value) =>
        Math.Abs(value) >= 1000 ? value.ToString("0", CultureInfo.InvariantCulture) : value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Texts(IEnumerable<double> values) => string.Join(" / ", values.Select(Text));

    private static async Task<TwinPlan> PlanOf(ParseResult parsed)
    {
        var plan = await HallOf(parsed) with
        {
            Seed = parsed.GetValue(Seed),
            Queue = parsed.GetValue(Queue)!,
            SampleSeconds = parsed.GetValue(Sample),
            NetworkPerGpu = parsed.GetValue(Network),
            FailuresPerNodeDay = TwinOptions.Rate("rsc1").PerNodeDay,
            FailureSource = TwinOptions.Source("rsc1"),
        };
        if (parsed.GetValue(Services) is { } services)
            plan = parsed.GetValue(Requests) is null ? plan with { Services = TwinServices.Read(services) } : throw new ArgumentException("--services states every service: leave --requests out.");
        if (parsed.GetValue(Requests) is { } requests)
            plan = plan with { Services = [new ServicePlan("service", parsed.GetValue(Replicas), ServingModel.Llama70, TraceFolder.Open(requests, LlmTrace.Read)) { Rate = parsed.GetValue(Rate) }] };
        if (parsed.GetValue(Trace) is not { } trace)
            return parsed.GetValue(Load) is null ? plan : throw new ArgumentException("--load draws gangs as those of a trace: give --trace too.");
        var jobs = TraceFolder.Jobs(trace, parsed.GetValue(Format), parsed.GetValue(LeaveOut));
        return parsed.GetValue(Load) is not { } load ? plan with { Jobs = jobs }
            : load is > 0 and <= 10 ? plan with { Drawn = JobFit.Of(jobs, Path.GetFileName(trace)).For(new EventTwin(plan).Gpus, load) }
            : throw new ArgumentException($"--load: above 0 and at most 10 was expected, not {Text(load)}.");
    }

    private static async Task<TwinPlan> HallOf(ParseResult parsed)
    {
        var (files, gpus, snapshot, now) = (parsed.GetValue(Files) ?? [], parsed.GetValue(Gpus), parsed.GetValue(Snapshot), parsed.GetValue(FromNow));
        if ((files.Length > 0 ? 1 : 0) + (gpus is null ? 0 : 1) + (snapshot is null ? 0 : 1) + (now ? 1 : 0) != 1)
            throw new ArgumentException("Give the hall's manifests with -f, a running hall with --from-now or --snapshot, or --gpus for one of DGX H100 racks: one of the four.");
        if (now)
            return await TwinSnapshot.Now(parsed);
        if (snapshot is not null)
            return TwinSnapshot.Read(snapshot);
        if (gpus is { } count)
        {
            return count is > 0 and <= 1_000_000
                ? new TwinPlan { Hall = "hall", Manifests = TwinHalls.Dgx(count) }
                : throw new ArgumentException($"--gpus: 1 to 1,000,000 was expected, not {count}.");
        }
        var readings = CommandLine.Read(files).Select(file => ManifestReader.Read(file.Text, file.Name)).ToList();
        var errors = readings.SelectMany(reading => reading.Errors).ToList();
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        var manifests = readings.SelectMany(reading => reading.Manifests).Where(manifest => manifest.Kind != "Job").ToList();
        var halls = manifests.Where(manifest => manifest.Kind == "Hall").Select(manifest => manifest.Name).ToList();
        var hall = parsed.GetValue<string?>("--hall") ?? (halls.Count == 1 ? halls[0] : throw new ArgumentException($"The manifests declare {halls.Count} halls: give --hall with one of them ({string.Join(", ", halls)})."));
        return new TwinPlan { Hall = hall, Manifests = [.. manifests.Select(ManifestWriter.ToJson)] };
    }
}
