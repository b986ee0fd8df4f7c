using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl submit</c>, <c>job</c>, <c>cancel</c> and <c>why</c>.</summary>
internal static class JobCommands
{
    /// <summary>How often a job that is waited for is looked at.</summary>
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(200);

    private static readonly string[] FinalPhases = ["succeeded", "failed", "cancelled", "refused"];

    public static Command BuildSubmit()
    {
        var wait = new Option<bool>("--wait") { Description = "Wait until every job is over; exit code 1 unless all succeeded." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check the jobs, submit nothing." };
        var output = CommandLine.Output();
        var command = new Command("submit", "Submits jobs.") { CommandLine.Files, wait, dryRun, output };
        command.Runs(async (parsed, client, cancellation) =>
        {
            var request = PtxFiles.Request(CommandLine.Read(parsed.GetValue(CommandLine.Files)!), parsed.GetValue(dryRun));
            return await Submit(client, request, parsed.GetValue(wait), parsed.GetValue(output)!, cancellation);
        });
        return command;
    }

    public static Command BuildJob()
    {
        var name = new Argument<string>("name") { Description = "The job." };
        var output = CommandLine.Output();
        var command = new Command("job", "Shows one job.") { name, output };
        command.Runs(async (parsed, client, _) =>
        {
            Print(await client.Get<JobResponse>(PathOf(parsed.GetValue(name)!)), parsed.GetValue(output)!);
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command BuildCancel()
    {
        var name = new Argument<string>("name") { Description = "The job." };
        var command = new Command("cancel", "Ends a job.") { name };
        command.Runs(async (parsed, client, _) =>
        {
            var job = await client.Delete<JobResponse>(PathOf(parsed.GetValue(name)!));
            Console.WriteLine($"{job.Job} {job.Phase}");
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command BuildWhy()
    {
        var name = new Argument<string>("name") { Description = "The job." };
        var not = new Option<string?>("--not") { Description = "A rack: says why the job does not run there." };
        var command = new Command("why", "Says why a job is where it is.") { name, not };
        command.Runs(async (parsed, client, _) =>
        {
            var rack = parsed.GetValue(not) is { } named ? "/not/" + Uri.EscapeDataString(named) : "";
            var why = await client.Get<WhyResponse>(PathOf(parsed.GetValue(name)!) + "/why" + rack);
            Console.WriteLine($"{why.Job} is {why.Phase}. {why.Why}");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Submits, says what came of it, and waits for the ends if asked to.</summary>
    public static async Task<int> Submit(FactoryClient client, ApplyRequest request, bool wait, string output, CancellationToken cancellation)
    {
        var answers = await client.Submit(request);
        if (!wait || request.DryRun)
        {
            if (output == "json")
                Console.WriteLine(JsonSerializer.Serialize(answers, FactoryClient.Json));
            else
                Table.Print(["JOB", "OUTCOME", "MESSAGE"], answers.Select(answer => (IReadOnlyList<string>)[answer.Job, answer.Outcome, answer.Message]));
        }
        var refused = answers.Where(answer => answer.Outcome is not ("accepted" or "valid")).ToList();
        if (!wait || request.DryRun)
            return refused.Count == 0 ? ExitCodes.Done : ExitCodes.No;
        foreach (var answer in refused)
            await Console.Error.WriteLineAsync($"{answer.Job} {answer.Outcome}: {answer.Message}");
        var all = refused.Count == 0;
        foreach (var answer in answers.Except(refused))
        {
            var job = await UntilOver(client, answer.Job, cancellation);
            Print(job, output);
            all &= job.Phase == "succeeded";
        }
        return all ? ExitCodes.Done : ExitCodes.No;
    }

    private static async Task<JobResponse> UntilOver(FactoryClient client, string name, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(PollPeriod);
        while (true)
        {
            var job = await client.Get<JobResponse>(PathOf(name));
            if (FinalPhases.Contains(job.Phase))
                return job;
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private static void Print(JobResponse job, string output)
    {
        if (output == "json")
        {
            Console.WriteLine(JsonSerializer.Serialize(job, FactoryClient.Json));
            return;
        }
        List<IReadOnlyList<string>> rows =
        [
            ["phase", job.Phase], ["message", job.Message], ["hall", job.Hall ?? "none"], ["queue", job.Queue],
            ["priority", Text(job.Priority)], ["gpus", Text(job.Gpus)], ["held", string.Join(" ", job.HeldGpus)],
            ["attempts", Text(job.Attempts)], ["submitted", Text(job.SubmittedAt)], ["started", Text(job.StartedAt)],
            ["ended", Text(job.EndedAt)], ["tokens", Text(job.Tokens)],
        ];
        if (job.PowerPercent is { } percent)
            rows.Insert(6, ["power", $"{percent} % of its limit{(job.PowerPolicy is { } policy ? $", by {policy}" : "")}"]);
        if (job.Progress is { } share)
            rows.Add(["progress", $"{Text(share * 100)} % of its steps{(job.Loss is { } loss ? $", loss {Text(loss, "0.####")}" : "")}"]);
        if (job.Kernel is { } kernel)
            Add(rows, kernel);
        Table.Print(["job", job.Job], rows);
    }

    private static void Add(List<IReadOnlyList<string>> rows, KernelResponse kernel)
    {
        var (isProgram, isProbe) = (kernel.RateUnit == "steps/s", kernel.Points.Count > 0);
        rows.Add(["device", kernel.Device]);
        if (!isProbe)
            rows.Add(["time", $"{Text(kernel.SecondsPerRepetition * 1e6)} us a {(isProgram ? "step" : "repetition")}, {kernel.Repetitions} {(isProgram ? "steps" : "repetitions")}"]);
        rows.Add(["rate", $"{Text(kernel.Rate)} {kernel.RateUnit}"]);
        foreach (var point in kernel.Points)
            rows.Add([point.Phase, $"batch {Text(point.Batch)}, {Text(point.Tokens)} tokens{(point.LimitWatts is { } limit ? $", {Text(limit)} W" : "")}: {Text(point.TokensPerSecond)} tokens/s, {(point.JoulesPerToken is { } joules ? $"{Text(joules, "0.####")} J/token" : "energy unknown")}"]);
        if (!isProbe)
            rows.Add(["checksum", kernel.Checksum]);
        if (kernel.PeakMemoryBytes > 0)
            rows.Add(["memory", $"{Text(kernel.PeakMemoryBytes / 1048576.0)} MiB at most"]);
        if (kernel is { FirstLoss: { } first, LastLoss: { } last })
            rows.Add(["loss", $"{Text(first, "0.####")} at first, {Text(last, "0.####")} at last"]);
        if (kernel.WentOnFrom > 0)
            rows.Add(["checkpoint", $"went on from step {Text(kernel.WentOnFrom)}"]);
        if (!isProgram && !isProbe)
            rows.Add(["check", kernel.Checked ? $"greatest relative error {kernel.MaxRelativeError.ToString("0.###e0", CultureInfo.InvariantCulture)}" : "not asked for"]);
        if (kernel.Remark.Length > 0)
            rows.Add(["remark", kernel.Remark]);
        if (kernel.ErrorCode.Length > 0)
            rows.Add(["error", $"{kernel.ErrorCode}: {kernel.Error}"]);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Text(IFormattable? value) => value switch
    {
        null => "",
        double number => number.ToString("0.##", CultureInfo.InvariantCulture),
        DateTimeOffset at => at.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        _ => value.ToString(null, CultureInfo.InvariantCulture),
    };

    private static string PathOf(string name) => "/v1/jobs/" + Uri.EscapeDataString(name);
}
