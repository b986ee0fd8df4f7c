using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl plan</c>, <c>decision replay</c> and <c>snapshot</c>: what would be done, what was decided, a hall as a file.</summary>
internal static class DecisionCommands
{
    public static Command BuildPlan()
    {
        var output = CommandLine.Output();
        var command = new Command("plan", "Says what submitting jobs would do, and does nothing. Exit code 0: nothing to do, 1: it would act, 2: an error or a refusal.")
        {
            CommandLine.Files, output,
        };
        command.Runs(async (parsed, client, _) =>
        {
            var request = PtxFiles.Request(CommandLine.Read(parsed.GetValue(CommandLine.Files)!), dryRun: true);
            var plans = await client.Post<IReadOnlyList<PlanResponse>>("/v1/plan", request);
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(plans, FactoryClient.Json));
            else
                Table.Print(["JOB", "HALL", "WOULD", "EVICTS", "MOVES", "SHRINKS", "WATTS", "STARTS", "WHY"], plans.Select(Row));
            return plans.Any(plan => plan.Outcome == "refuse") ? ExitCodes.BadInput
                : plans.Any(plan => plan.Outcome != "none") ? ExitCodes.No : ExitCodes.Done;
        });
        return command;
    }

    public static Command BuildDecision()
    {
        var id = new Argument<string>("id") { Description = "Number of the decision as 'factoryctl events' shows it, or hall/number." };
        var hall = CommandLine.Hall();
        var output = CommandLine.Output();
        var replay = new Command("replay", "Derives a past decision again from its recorded inputs and compares. Exit code 0: the same, 1: it differs.") { id, hall, output };
        replay.Runs(async (parsed, client, _) =>
        {
            var parts = parsed.GetValue(id)!.Split('/');
            if (parts.Length > 2 || !long.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
                throw new CommandException(ExitCodes.BadInput, $"'{parsed.GetValue(id)}' is not a decision: give a number such as 42, or hall-a/42.");
            var name = parts.Length == 2 ? parts[0] : await CommandLine.HallOf(parsed.GetValue(hall), client);
            var decision = await client.Get<DecisionResponse>($"/v1/halls/{Uri.EscapeDataString(name)}/decisions/{sequence}");
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(decision, FactoryClient.Json));
            else
                Print(decision);
            return decision.Same ? ExitCodes.Done : ExitCodes.No;
        });
        return new Command("decision", "Looks at past decisions.") { replay };
    }

    public static Command BuildSnapshot()
    {
        var hall = CommandLine.Hall();
        var file = new Option<string?>("--file", "-f") { Description = "Where to write it; standard output by default." };
        var command = new Command("snapshot", "Writes everything that decides where jobs go in a hall, for 'factoryctl place'.") { hall, file };
        command.Runs(async (parsed, client, cancellation) =>
        {
            var name = await CommandLine.HallOf(parsed.GetValue(hall), client);
            var snapshot = await client.Get<JsonElement>($"/v1/halls/{Uri.EscapeDataString(name)}/snapshot");
            var text = JsonSerializer.Serialize(snapshot, FactoryClient.Json);
            if (parsed.GetValue(file) is { } path)
                await File.WriteAllTextAsync(path, text, cancellation);
            else
                Console.WriteLine(text);
            return ExitCodes.Done;
        });
        return command;
    }

    private static IReadOnlyList<string> Row(PlanResponse plan) =>
    [
        plan.Job, plan.Hall ?? "none", plan.Outcome, string.Join(" ", plan.Evicted), string.Join(" ", plan.Moved), string.Join(" ", plan.Shrunk),
        plan.AddedWatts.ToString("+0.#;-0.#;0", CultureInfo.InvariantCulture),
        plan.StartsAt?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "unknown", plan.Message,
    ];

    private static void Print(DecisionResponse decision)
    {
        List<IReadOnlyList<string>> rows =
        [
            ["kind", decision.Kind], ["about", decision.Subject],
            ["at", decision.At.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)],
        ];
        if (!decision.IsDecision)
        {
            rows.Add(["replay", "a fact that was reported or ordered: nothing to derive"]);
        }
        else
        {
            rows.Add(["replay", decision.Same ? "comes out the same" : "DIFFERS"]);
            rows.Add(["recorded", decision.Recorded]);
            if (!decision.Same)
                rows.Add(["derived", decision.Derived]);
        }
        Table.Print(["decision", $"{decision.Hall}/{decision.Sequence.ToString(CultureInfo.InvariantCulture)}"], rows);
    }
}
