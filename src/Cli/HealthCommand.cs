using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Api;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl health</c>: what is known of a node's health, and reports by hand.</summary>
internal static class HealthCommand
{
    public static Command Build()
    {
        var node = new Argument<string>("node") { Description = "The node." };
        var report = new Option<string?>("--report") { Description = "A report in JSON; - reads standard input. Fields: observedAt, alerts, successes, mode." };
        var source = new Option<string?>("--source") { Description = "Who says so, such as bmc." };
        var clear = new Option<string?>("--clear") { Description = "Forget what this source said." };
        var output = CommandLine.Output();
        var hall = CommandLine.Hall();
        var command = new Command("health", "Shows a node's health, takes a source's report, or forgets it.") { node, report, source, clear, hall, output };
        command.Runs(async (parsed, client, _) =>
        {
            var path = $"/v1/halls/{await CommandLine.HallOf(parsed.GetValue(hall), client)}/nodes/{Uri.EscapeDataString(parsed.GetValue(node)!)}/health";
            var answer = (parsed.GetValue(report), parsed.GetValue(source), parsed.GetValue(clear)) switch
            {
                (null, null, null) => await client.Get<HealthResponse>(path),
                ({ } file, { } who, null) => await client.Put<HealthResponse>($"{path}/{Uri.EscapeDataString(who)}", Read(file)),
                (null, null, { } whom) => await client.Delete<HealthResponse>($"{path}/{Uri.EscapeDataString(whom)}"),
                _ => throw new CommandException(ExitCodes.BadInput, "Give --report together with --source, or --clear alone, or neither."),
            };
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(answer, FactoryClient.Json));
            else
                Print(answer);
            return answer.Taken ? ExitCodes.Done : ExitCodes.No;
        });
        return command;
    }

    private static JsonNode Read(string path)
    {
        var file = CommandLine.Read([path]);
        if (file.Count != 1)
            throw new CommandException(ExitCodes.BadInput, $"{path} is a folder: give one file.");
        try
        {
            return JsonNode.Parse(file[0].Text) as JsonObject ?? throw new CommandException(ExitCodes.BadInput, $"{path}: a report is an object with observedAt and alerts.");
        }
        catch (JsonException fault)
        {
            throw new CommandException(ExitCodes.BadInput, $"{path}:{fault.LineNumber + 1}: not JSON: {fault.Message}");
        }
    }

    private static void Print(HealthResponse health)
    {
        Console.WriteLine(health.Message);
        if (health.Sources.Count == 0)
            return;
        Console.WriteLine();
        Table.Print(["SOURCE", "COUNTS AS", "SEEN", "RIGHT", "WRONG"], health.Sources.Select(said => (IReadOnlyList<string>)[
            said.Source, said.Mode, Instant(said.ObservedAt), $"{said.Successes.Count}", $"{said.Alerts.Count}"]));
        if (health.Alerts.Count == 0)
            return;
        Console.WriteLine();
        Table.Print(["ALERT", "PART", "SINCE", "CLASSIFICATIONS", "MESSAGE"], health.Alerts.Select(alert => (IReadOnlyList<string>)[
            alert.Id, alert.Target ?? "", alert.InAlertSince is { } since ? Instant(since) : "", string.Join(" ", alert.Classifications), alert.Message]));
    }

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
