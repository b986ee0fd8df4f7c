using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Api;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl grid plan</c>, <c>report</c> and <c>signal</c>: a grid event before it begins and after it ended, and what energy costs.</summary>
internal static class GridCommands
{
    public static Command Build() => new("grid", "Grid events: a plan before, a report after; and signals of price and carbon.") { Plan(), Report(), Signal() };

    private static Command Plan()
    {
        var (domain, hall, from, until, output) = (Domain(), CommandLine.Hall(), Instant("--from", "When the target begins"), Instant("--until", "When it ends"), CommandLine.Output());
        var limit = new Option<string>("--limit") { Description = "The most that may be drawn, such as 400kW.", Required = true };
        var command = new Command("plan", "Says what a load target would do to the hall as it is now, and does nothing. Exit code 0: it can be met, 1: it cannot.")
        {
            domain, hall, limit, from, until, output,
        };
        command.Runs(async (parsed, client, _) =>
        {
            var request = new TargetRequest(parsed.GetValue(limit)!, Read(parsed, from), Read(parsed, until));
            var plan = await client.Post<TargetPlanResponse>($"{await PathOf(parsed, hall, domain, client)}/plan", request);
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(plan, FactoryClient.Json));
            else
                Print(plan);
            return plan.IsMet ? ExitCodes.Done : ExitCodes.No;
        });
        return command;
    }

    private static Command Report()
    {
        var (domain, hall, from, until, output) = (Domain(), CommandLine.Hall(), Instant("--from", "When the window began"), Instant("--until", "When it ended"), CommandLine.Output());
        var limit = new Option<string?>("--limit") { Description = "The target to judge by; the lowest limit that was asked of the feed by default." };
        var baseline = new Option<int>("--baseline") { Description = "Minutes before the window whose mean is the baseline.", DefaultValueFactory = _ => 15 };
        var command = new Command("report", "Says, minute by minute, what a feed drew against its target. Exit code 0: every minute was metered and kept it, 1: not.")
        {
            domain, hall, from, until, limit, baseline, output,
        };
        command.Runs(async (parsed, client, _) =>
        {
            var query = $"?from={Escaped(Read(parsed, from))}&until={Escaped(Read(parsed, until))}&baseline={parsed.GetValue(baseline).ToString(CultureInfo.InvariantCulture)}";
            if (parsed.GetValue(limit) is { } stated)
                query += "&limit=" + Uri.EscapeDataString(stated);
            var report = await client.Get<EventReportResponse>($"{await PathOf(parsed, hall, domain, client)}/report{query}");
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(report, FactoryClient.Json));
            else
                Print(report);
            return report.IsKept ? ExitCodes.Done : ExitCodes.No;
        });
        return command;
    }

    private static Command Signal()
    {
        var file = new Option<string?>("--file", "-f") { Description = "The signal: CSV with the header from,price,carbon, or JSON; - reads standard input." };
        var withdraw = new Option<bool>("--withdraw") { Description = "Take the signal back: jobs that were put off start." };
        var by = new Option<string?>("--by") { Description = "price or carbon; the price where the file has prices, by default." };
        by.AcceptOnlyFromAmong("price", "carbon");
        var (hall, output) = (CommandLine.Hall(), CommandLine.Output());
        var command = new Command("signal", "Gives a hall the grid's prices or carbon: deferrable jobs wait for the best start up to their startBy.") { file, withdraw, by, hall, output };
        command.Runs(async (parsed, client, _) =>
        {
            if ((parsed.GetValue(file) is null) != parsed.GetValue(withdraw))
                throw new CommandException(ExitCodes.BadInput, "Give the signal with -f FILE, or take it back with --withdraw.");
            var path = $"/v1/halls/{Uri.EscapeDataString(await CommandLine.HallOf(parsed.GetValue(hall), client))}/grid/signal";
            var answer = parsed.GetValue(file) is { } name
                ? await client.Put<SignalResponse>(path, new SignalRequest(CommandLine.Read([name]) is [var only] ? only : throw new CommandException(ExitCodes.BadInput, $"{name}: give one file."), parsed.GetValue(by)))
                : await client.Delete<SignalResponse>(path);
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(answer, FactoryClient.Json));
            else
                Console.WriteLine(answer.Points == 0 ? "No signal." : $"{answer.Points} points by {answer.By}, {answer.Deferred} jobs put off.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(TargetPlanResponse plan)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Domain}: {Table.Watts(plan.CommittedWatts)} committed now, {Table.Watts(plan.AfterWatts)} then of {Table.Watts(plan.LimitWatts)}: {(plan.IsMet ? "can be met" : "CANNOT be met by power limits alone")}; {plan.AvoidedKilowattHours:0.0} kWh avoided"));
        Console.WriteLine();
        Table.Print(["JOB", "TIER", "GPUS", "LIMIT", "FREES", "SPEED"], plan.Jobs.Select(job => (IReadOnlyList<string>)[
            job.Job, job.Tier, Number(job.Gpus), $"{job.FromPercent} % to {job.ToPercent} %", Table.Watts(job.FreedWatts), Share(job.Speed)]));
        Console.WriteLine();
        Table.Print(["TIER", "JOBS", "GPUS", "SPEED"], plan.Tiers.Select(tier => (IReadOnlyList<string>)[tier.Tier, Number(tier.Jobs), Number(tier.Gpus), Share(tier.Speed)]));
    }

    private static void Print(EventReportResponse report)
    {
        Table.Print(["feed", report.Domain],
        [
            ["target", Table.Watts(report.TargetWatts)], ["baseline", Table.Watts(report.BaselineWatts)],
            ["kept", $"{report.Kept} of {report.Minutes} minutes, {report.Missing} missing, {report.Estimated} estimated"],
            ["mean", Table.Watts(report.MeanWatts)], ["worst", Table.Watts(report.HighestWatts)], ["lowest", Table.Watts(report.LowestWatts)],
            ["avoided", string.Create(CultureInfo.InvariantCulture, $"{report.AvoidedKilowattHours:0.00} kWh")],
        ]);
        Console.WriteLine();
        Table.Print(["MINUTE", "DREW", "ASKED", "KEPT"], report.Series.Select(minute => (IReadOnlyList<string>)[
            minute.At.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture), (minute.IsEstimate ? "about " : "") + Table.Watts(minute.Watts),
            minute.AskedWatts is { } asked ? Table.Watts(asked) : "nothing", minute.IsKept ? "yes" : "NO"]));
    }

    private static async Task<string> PathOf(ParseResult parsed, Option<string?> hall, Argument<string> domain, FactoryClient client) =>
        $"/v1/halls/{Uri.EscapeDataString(await CommandLine.HallOf(parsed.GetValue(hall), client))}/grid/{Uri.EscapeDataString(parsed.GetValue(domain)!)}";

    private static Argument<string> Domain() => new("domain") { Description = "The power domain." };

    private static Option<string> Instant(string name, string meaning) => new(name) { Description = $"{meaning}, such as 2027-01-15T18:00:00Z.", Required = true };

    private static DateTimeOffset Read(ParseResult parsed, Option<string> option) => Instants.TryParse(parsed.GetValue(option)!, out var instant)
        ? instant
        : throw new CommandException(ExitCodes.BadInput, $"{option.Name}: '{parsed.GetValue(option)}' is not right; give {Instants.Rule}.");

    private static string Escaped(DateTimeOffset instant) => Uri.EscapeDataString(Instants.Format(instant));

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Share(double share) => share.ToString("0.000", CultureInfo.InvariantCulture);
}
