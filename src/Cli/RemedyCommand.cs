using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl remedy</c>: faults of GPUs and what is done about them by itself.</summary>
internal static class RemedyCommand
{
    public static Command Build() => new("remedy", "Faults of GPUs, and what is done about them by itself.")
    {
        List(), Set(), Decide("approve", "Has a case carried out that was held back or a dry run."),
        Decide("close", "Says that a case is over: what it closed takes work again."), Report(),
    };

    private static Command List()
    {
        var (hall, output) = (CommandLine.Hall(), CommandLine.Output());
        var command = new Command("list", "Shows the rules and the newest cases.") { hall, output };
        command.Runs(async (parsed, client, _) =>
            Show(await client.Get<RemediesResponse>(await PathOf(parsed.GetValue(hall), client)), parsed.GetValue(output)!));
        return command;
    }

    private static Command Set()
    {
        var remedy = new Argument<string?>("remedy") { Description = "restart-job, reset-gpu, drain or replace.", Arity = ArgumentArity.ZeroOrOne };
        var mode = new Option<string?>("--mode") { Description = "act, dryRun or off." };
        mode.AcceptOnlyFromAmong("act", "dryRun", "off");
        var rate = new Option<int?>("--per-hour") { Description = "At most so often within an hour." };
        var share = new Option<double?>("--most-closed") { Description = "Most of the hall's GPUs that all remedies may keep from work at once, 0 to 1." };
        var (hall, output) = (CommandLine.Hall(), CommandLine.Output());
        var command = new Command("set", "Changes a remedy's rule, or the share of the hall that all may close.") { remedy, mode, rate, share, hall, output };
        command.Runs(async (parsed, client, _) =>
        {
            var request = new RemedySettingsRequest(parsed.GetValue(remedy), parsed.GetValue(mode), parsed.GetValue(rate), parsed.GetValue(share));
            if (request == new RemedySettingsRequest() || request.MostClosedShare is { } given && !double.IsFinite(given))
                throw new CommandException(ExitCodes.BadInput, "Give a remedy with --mode or --per-hour, or --most-closed as a share from 0 to 1.");
            return Show(await client.Put<RemediesResponse>(await PathOf(parsed.GetValue(hall), client), request), parsed.GetValue(output)!);
        });
        return command;
    }

    private static Command Decide(string verb, string description)
    {
        var number = new Argument<long>("case") { Description = "Its number, as remedy list shows it." };
        var (hall, output) = (CommandLine.Hall(), CommandLine.Output());
        var command = new Command(verb, description) { number, hall, output };
        command.Runs(async (parsed, client, _) =>
        {
            var path = await PathOf(parsed.GetValue(hall), client);
            return Show(await client.Post<RemedyCaseResponse>(FormattableString.Invariant($"{path}/{parsed.GetValue(number)}/{verb}"), new { }), parsed.GetValue(output)!);
        });
        return command;
    }

    private static Command Report()
    {
        var gpu = new Argument<string>("gpu") { Description = "The GPU, such as h100-01-n00-g0." };
        var xid = new Argument<int>("xid") { Description = "The driver's Xid number, such as 79." };
        var number = new Option<long?>("--event") { Description = "The event's own number, so that reporting it again changes nothing." };
        var detail = new Option<string?>("--detail") { Description = "What else is known." };
        var (hall, output) = (CommandLine.Hall(), CommandLine.Output());
        var command = new Command("report", "Reports a fault that agents cannot see, such as one from a kernel log.") { gpu, xid, number, detail, hall, output };
        command.Runs(async (parsed, client, _) =>
        {
            var path = $"/v1/halls/{await CommandLine.HallOf(parsed.GetValue(hall), client)}/gpus/{Uri.EscapeDataString(parsed.GetValue(gpu)!)}/faults";
            return Show(await client.Post<RemedyCaseResponse>(path, new GpuFaultRequest(parsed.GetValue(xid), parsed.GetValue(number), parsed.GetValue(detail))), parsed.GetValue(output)!);
        });
        return command;
    }

    private static async Task<string> PathOf(string? hall, FactoryClient client) => $"/v1/halls/{await CommandLine.HallOf(hall, client)}/remedies";

    private static int Show(RemedyCaseResponse one, string output)
    {
        if (output == "json")
            Console.WriteLine(JsonSerializer.Serialize(one, FactoryClient.Json));
        else
            Print([one]);
        return ExitCodes.Done;
    }

    private static int Show(RemediesResponse remedies, string output)
    {
        if (output == "json")
        {
            Console.WriteLine(JsonSerializer.Serialize(remedies, FactoryClient.Json));
            return ExitCodes.Done;
        }
        Table.Print(["REMEDY", "MODE", "AT MOST"], remedies.Rules.Select(rule => (IReadOnlyList<string>)[rule.Remedy, rule.Mode, $"{rule.MostPerHour} an hour"]));
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{remedies.ClosedGpus} GPUs are kept from work; at most {remedies.MostClosedShare:0.##%} of the hall may be."));
        if (remedies.Cases.Count == 0)
            return ExitCodes.Done;
        Console.WriteLine();
        Print(remedies.Cases);
        return ExitCodes.Done;
    }

    private static void Print(IReadOnlyList<RemedyCaseResponse> cases) =>
        Table.Print(["CASE", "GPU", "SEEN", "FAULT", "REMEDY", "STATE", "WHY"], cases.Select(one => (IReadOnlyList<string>)[
            one.Repeats == 0 ? $"{one.Number}" : $"{one.Number} (+{one.Repeats})", one.Gpu, one.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            $"Xid {one.Xid}: {one.What}", one.Remedy, one.Step == "none" ? one.State : $"{one.State} ({one.Step})", one.Because]));
}
