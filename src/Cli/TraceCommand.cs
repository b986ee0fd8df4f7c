using System.CommandLine;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl trace</c>: the distributions behind a trace, and traces drawn from them for a hall of another size.</summary>
internal static class TraceCommand
{
    public static Command Build()
    {
        var trace = new Option<string>("--trace") { Description = "Job trace (Philly list or SWF, .gz too).", Required = true };
        var format = new Option<string?>("--format") { Description = "philly or swf; by default told from the file." };
        var leaveOut = new Option<bool>("--leave-out-unknown") { Description = "Leaves jobs out whose size or run time the trace does not know." };
        var gpus = new Option<int>("--gpus") { Description = "GPUs of the hall that the gangs are drawn for.", Required = true };
        var load = new Option<double>("--load") { Description = "Share of them that the gangs ask for.", DefaultValueFactory = _ => 0.8 };
        var days = new Option<double>("--days") { Description = "Gangs that are submitted within so many days.", DefaultValueFactory = _ => 30 };
        var seed = new Option<ulong>("--seed") { Description = "The same seed draws the same gangs.", DefaultValueFactory = _ => 1 };
        var written = new Option<string?>("--out") { Description = "Writes the gangs to this file, as a Philly list; without it only the fit is told." };
        var draw = new Command("draw", "Fits a trace, tells the fit, and draws gangs for a hall.") { trace, format, leaveOut, gpus, load, days, seed, written };
        draw.SetAction(parsed => CommandLine.Guarded(() =>
        {
            var path = parsed.GetValue(trace)!;
            if (!(parsed.GetValue(load) is > 0 and <= 10) || !(parsed.GetValue(days) is > 0 and <= 36_500) || parsed.GetValue(gpus) < 1)
                throw new ArgumentException("--load above 0 and at most 10, --days above 0 and at most 36,500, and --gpus of 1 or more were expected.");
            var fit = JobFit.Of(TraceFolder.Jobs(path, parsed.GetValue(format), parsed.GetValue(leaveOut)), Path.GetFileName(path)).For(parsed.GetValue(gpus), parsed.GetValue(load));
            foreach (var line in fit.Lines())
                Console.WriteLine(line);
            if (parsed.GetValue(written) is not { } file)
                return ExitCodes.Done;
            var jobs = fit.Draw(parsed.GetValue(seed), parsed.GetValue(days) * 86_400);
            using var writer = new StreamWriter(file);
            writer.Write("job_id,vc,submit,gpus,duration\n");
            foreach (var job in jobs)
                writer.Write(FormattableString.Invariant($"{job.Id},drawn,{job.Submit},{job.Gpus},{job.Duration}\n"));
            Console.WriteLine($"{jobs.Count} gangs drawn with seed {parsed.GetValue(seed)} into {file}");
            return ExitCodes.Done;
        }));
        return new Command("trace", "Job traces as distributions.") { draw };
    }
}
