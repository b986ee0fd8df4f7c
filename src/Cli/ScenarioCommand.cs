using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Facility.Control;
using ControlPlane.Simulation;
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
        var traces = new Option<string?>("--traces") { Description = "For oversubscribed-hall: a folder with the Azure LLM request traces and a Philly job list; without it a synthetic load is drawn." };
        var ratio = new Option<double?>("--oversubscription") { Description = "For oversubscribed-hall: nameplates admitted over the envelope at most, 1 to 2; 1.35 by default." };
        var command = new Command("run", "Plays a scenario three times: with the product's control, with equal caps, with none. Exit code 1: a target was missed.") { name, output, traces, ratio };
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(name)!;
            IReadOnlyList<Scenario> scenarios;
            try
            {
                scenarios = Chosen(chosen, parsed.GetValue(traces), parsed.GetValue(ratio));
            }
            catch (Exception fault) when (fault is TraceFormatException or IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
            {
                Console.Error.WriteLine("factoryctl: " + fault.Message);
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

    private static List<Scenario> Chosen(string name, string? traces, double? ratio)
    {
        var scenarios = AllScenarios.List.Where(one => name == "all" || one.Name == name).ToList();
        if (scenarios.Count == 0)
            throw new ArgumentException($"There is no scenario '{name}'; use one of: {string.Join(", ", AllScenarios.List.Select(one => one.Name))}.");
        if (traces is null && ratio is null)
            return scenarios;
        if (ratio is < 1 or > 2)
            throw new ArgumentException($"--oversubscription: 1 to 2 was expected, not {ratio}.");
        var hall = scenarios.FindIndex(one => one is OversubscribedHall);
        if (hall < 0)
            throw new ArgumentException($"--traces and --oversubscription are for oversubscribed-hall, not for {name}.");
        var admission = ratio is { } most ? new Oversubscription { MostRatio = most } : null;
        scenarios[hall] = new OversubscribedHall(traces is null ? null : TraceFolder.Read(traces), admission);
        return scenarios;
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
