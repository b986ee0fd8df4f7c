using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Philly;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl replay philly</c>: gang jobs in time, through the product's placer and timeline.</summary>
internal static class PhillyReplayCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var trace = new Option<string>("--trace") { Description = "Job list: job_id,vc,submit,gpus,duration (seconds).", Required = true };
        var gpus = new Option<int?>("--gpus") { Description = "A flat pool of so many GPUs." };
        var nodes = new Option<int?>("--nodes") { Description = "So many nodes of 8 GPUs." };
        var policy = new Option<string>("--policy") { Description = "Who starts when.", Required = true };
        policy.AcceptOnlyFromAmong([.. PhillyReplay.Policies]);
        var written = new Option<string?>("--out") { Description = "Writes start and end of every job to this file." };
        var format = new Option<string>("--output", "-o") { Description = "json or text.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("json", "text");
        var command = new Command("philly", "Jobs of Microsoft's Philly trace in time, with exact run times.")
        {
            trace, gpus, nodes, policy, written, format,
        };
        command.SetAction(parsed =>
        {
            try
            {
                var path = parsed.GetValue(trace)!;
                using var reader = new StreamReader(path);
                var jobs = PhillyFiles.ReadJobs(reader, path);
                var hall = HallOf(parsed.GetValue(gpus), parsed.GetValue(nodes));
                var watch = Stopwatch.StartNew();
                var result = PhillyReplay.Run(jobs, hall, parsed.GetValue(policy)!);
                var seconds = watch.Elapsed.TotalSeconds;
                if (parsed.GetValue(written) is { } file)
                {
                    using var writer = new StreamWriter(file);
                    result.WriteTo(writer);
                }
                Print(path, parsed.GetValue(policy)!, result, seconds, parsed.GetValue(format)!);
                return 0;
            }
            catch (Exception fault) when (fault is TraceFormatException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                // Bad input is the user's to mend, so it is one line and not a stack trace.
                Console.Error.WriteLine("factoryctl: " + fault.Message);
                return ExitCodes.BadInput;
            }
        });
        return command;
    }

    private static PhillyHall HallOf(int? gpus, int? nodes) => (gpus, nodes) switch
    {
        ({ } pool, null) => PhillyHall.Pool(pool),
        (null, { } servers) => PhillyHall.Servers(servers),
        _ => throw new ArgumentException("Give either --gpus or --nodes."),
    };

    private static void Print(string path, string policy, PhillyResult result, double seconds, string format)
    {
        List<(string Name, object Value)> figures =
        [
            ("trace", Path.GetFileNameWithoutExtension(path)), ("policy", policy), .. result.Figures(), ("seconds", Math.Round(seconds, 3)),
        ];
        if (format == "json")
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(figures.ToDictionary(figure => figure.Name, figure => figure.Value)));
            return;
        }
        foreach (var (name, value) in figures)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-18} {value}"));
    }
}
