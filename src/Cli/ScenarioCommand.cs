using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Simulation.Scenarios;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl scenario</c>: plays emergencies in a virtual hall, beside doing nothing and capping everybody equally.</summary>
internal static class ScenarioCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var list = new Command("list", "The scenarios.");
        list.SetAction(_ => Table.Print(["NAME", "WHAT HAPPENS"], AllScenarios.List.Select(one => (IReadOnlyList<string>)[one.Name, one.About])));
        return new Command("scenario", "Emergencies in a virtual hall, played in virtual time.") { list, Run() };
    }

    private static Command Run()
    {
        var name = new Argument<string>("name") { Description = "A scenario, or 'all'." };
        var output = CommandLine.Output();
        var command = new Command("run", "Plays a scenario three times: with the product's control, with equal caps, with none. Exit code 1: a target was missed.") { name, output };
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(name)!;
            var scenarios = chosen == "all" ? AllScenarios.List : AllScenarios.Find(chosen) is { } one ? [one] : [];
            if (scenarios.Count == 0)
            {
                Console.Error.WriteLine($"There is no scenario '{chosen}'; use one of: {string.Join(", ", AllScenarios.List.Select(one => one.Name))}.");
                return ExitCodes.BadInput;
            }
            var reports = scenarios.Select(ScenarioRun.All).ToList();
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(chosen == "all" ? JsonSerializer.Serialize(reports, FactoryClient.Json) : JsonSerializer.Serialize(reports[0], FactoryClient.Json));
            else
                reports.ForEach(Print);
            return reports.TrueForAll(report => report.IsMet) ? ExitCodes.Done : ExitCodes.No;
        });
        return command;
    }

    private static void Print(ScenarioReport report)
    {
        Console.WriteLine($"{report.Scenario}: {report.About}");
        Console.WriteLine();
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (figure, of) in Figures)
            rows.Add([figure, .. report.Outcomes.Values.Select(of)]);
        foreach (var extra in report.Outcomes.Values.First().Extra.Keys)
            rows.Add([extra, .. report.Outcomes.Values.Select(outcome => Number(outcome.Extra[extra]))]);
        Table.Print(["", .. report.Outcomes.Keys.Select(key => key.ToUpperInvariant())], rows);
        Console.WriteLine();
        foreach (var target in report.Targets)
            Console.WriteLine($"{(target.IsMet ? "met   " : "MISSED")}  {target.What}: {Number(target.Measured)}");
        Console.WriteLine();
        foreach (var line in report.Outcomes["factory"].Events.Take(20))
            Console.WriteLine("  " + line);
        Console.WriteLine();
    }

    private static IReadOnlyList<(string Figure, Func<ScenarioOutcome, string> Of)> Figures { get; } =
    [
        ("seconds to safe", outcome => outcome.TimeToSafeSeconds is { } seconds ? Number(seconds) : "never"),
        ("highest load over limit", outcome => Number(outcome.HighestPeak)),
        ("breaker accumulator", outcome => Number(outcome.BreakerAccumulator)),
        ("UPS time used", outcome => Number(outcome.UpsUsed)),
        ("highest die, C", outcome => Number(outcome.HighestDie)),
        ("highest inlet, C", outcome => Number(outcome.HighestInlet)),
        ("GPU-hours lost", outcome => Number(outcome.GpuHoursLost)),
        ("floors broken", outcome => Number(outcome.FloorsBroken)),
        ("overshoot", outcome => Number(outcome.Overshoot)),
        ("jobs that lost work", outcome => Number(outcome.KilledWithoutCheckpoint)),
        ("mean speed since", outcome => Number(outcome.Performance)),
        ("tokens per provisioned MW", outcome => outcome.TokensPerProvisionedMegawatt.ToString("0.000e0", CultureInfo.InvariantCulture)),
    ];

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
